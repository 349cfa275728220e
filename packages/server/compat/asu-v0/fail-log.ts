import type { Builds } from "../../builds/types.ts";
import type { ServerContext, ServerParts } from "../../http/parts.ts";
import { answer } from "./answers.ts";
import { DIALECT, isRequestHash } from "./asking.ts";
import { failureReasons } from "./failure-words.ts";

/** Lines that are read at once. */
const LINES = 5_000;
/** Characters; what a build says is shorter (contract server.md §6). */
const LONGEST = 16 * 1024 * 1024;

/** `/download/faillogs/faillog-<request hash>.txt`: why there is no image, then all that was said while it was tried. */
export async function answerFailLog(c: ServerContext, parts: Pick<ServerParts, "builds">): Promise<Response> {
  const [, hash = ""] = /^faillog-(\w+)\.txt$/.exec(c.req.param("name") ?? "") ?? [];
  const known = isRequestHash(hash) ? await parts.builds.byAlias(DIALECT, hash) : null;
  if (known === null || known.build.state !== "failed") return answer({ error: "There is no such log." }, 404);
  const { id, failure } = known.build;
  const text = Buffer.from(`${failureReasons(failure).join("\n")}\n\n${await outputOf(parts.builds, id)}`);
  const headers = {
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(text.length),
    "cache-control": "no-store",
  };
  return new Response(c.req.method === "HEAD" ? null : text, { headers });
}

/** In the order in which it was said. */
async function outputOf(builds: Pick<Builds, "log">, id: string): Promise<string> {
  let text = "";
  for (let from = 0; text.length < LONGEST; ) {
    const lines = await builds.log(id, from, LINES);
    for (const line of lines) text += `${line.text}\n`;
    const last = lines.at(-1);
    if (last === undefined || lines.length < LINES) break;
    from = last.number + 1;
  }
  return text;
}
