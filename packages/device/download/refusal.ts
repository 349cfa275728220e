import type { UpdateError } from "../error.ts";
import { type Answer, chunksOf, drop } from "./answer.ts";
import { statusTrouble } from "./trouble.ts";

/** The explanation of an error is short, in bytes. */
const MAX_BYTES = 4096;
/** And nobody waits for it long, in milliseconds. */
const WITHIN_MS = 2000;
const MOST_SHOWN = 300;

/**
 * The error that an answer which isn't the one asked for becomes, with what the host says about it in its detail. Ends
 * with the answer let go of. Throws only `signal`'s reason.
 */
export async function refusalOf(
  response: Answer,
  url: string,
  { sent, signal }: { sent: Record<string, string>; signal: AbortSignal },
): Promise<UpdateError> {
  const said = await messageOf(response);
  signal.throwIfAborted();
  return statusTrouble(response, url, new Date(), said && withoutSecrets(said, sent));
}

/** The `message` (GitHub, Gitea) or `error` (GitLab) of a JSON body. Everything else is left unread: it may be endless. */
async function messageOf(response: Answer): Promise<string | null> {
  if (!/^\s*application\/([a-z.+-]+\+)?json\b/i.test(response.headers.get("content-type") ?? "")) {
    drop(response);
    return null;
  }
  try {
    const json: unknown = JSON.parse(await textOf(response));
    if (typeof json !== "object" || json === null) return null;
    const { message, error } = json as { message?: unknown; error?: unknown };
    const text = typeof message === "string" ? message : typeof error === "string" ? error : "";
    return text.replace(/\s+/g, " ").trim().slice(0, MOST_SHOWN) || null;
  } catch {
    return null;
  }
}

/** Empty when it is longer than an explanation is. */
async function textOf(response: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  const timer = setTimeout(() => drop(response), WITHIN_MS);
  try {
    let length = 0;
    for await (const chunk of chunksOf(response)) {
      length += chunk.length;
      if (length > MAX_BYTES) return "";
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    clearTimeout(timer);
    drop(response);
  }
}

/** A host that repeats what it was sent must not bring a token into a log. */
function withoutSecrets(said: string, sent: Record<string, string>): string | null {
  const { authorization = "" } = sent;
  const credential = authorization.slice(authorization.indexOf(" ") + 1);
  return credential !== "" && said.includes(credential) ? null : said;
}
