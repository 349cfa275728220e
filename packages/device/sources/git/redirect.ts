import { ask, drop } from "../../download/answer.ts";
import { redactUrl } from "../../download/index.ts";
import { networkTrouble } from "../../download/trouble.ts";
import { UpdateError } from "../../error.ts";
import type { Remote } from "./remote.ts";

const MAX_HOPS = 3;
const QUESTION = "/info/refs?service=git-upload-pack";

/**
 * Where an http host says the repository is now, as after a change of its name. git itself would follow anywhere, and take
 * the token along; so it follows nowhere, and here the same host only. Throws UpdateError `host_error`, which names the
 * other address.
 */
export async function redirectTarget(
  remote: Remote,
  options: { authorization: string | null; hops: number; idleMs: number; signal: AbortSignal },
): Promise<Remote> {
  const { authorization, hops, idleMs, signal } = options;
  if (hops >= MAX_HOPS) {
    throw new UpdateError("host_error", `${remote.shown} redirects more than ${MAX_HOPS} times.`);
  }
  const asked = `${remote.url.replace(/\/+$/, "")}${QUESTION}`;
  const location = await locationOf(asked, authorization, AbortSignal.any([signal, AbortSignal.timeout(idleMs)])).catch(
    (error) => {
      signal.throwIfAborted();
      throw networkTrouble(error, remote.shown);
    },
  );
  if (location === null || !URL.canParse(location, asked)) {
    throw new UpdateError("host_error", `${remote.shown} redirects to something that isn't an address.`);
  }
  const target = new URL(location, asked);
  const path = target.pathname.replace(/\/info\/refs$/, "");
  const shown = redactUrl(new URL(path, target));
  if (target.origin !== remote.origin) {
    throw new UpdateError(
      "host_error",
      `${remote.shown} leads to ${shown}, which is another host, so nothing was asked there. If it has moved for good, set source.git.url to that address.`,
    );
  }
  if (path === target.pathname) {
    throw new UpdateError(
      "host_error",
      `${remote.shown} leads to ${shown}, which is a web page. Check source.git.url, and whether the network asks to sign in.`,
    );
  }
  return { ...remote, url: shown, shown };
}

async function locationOf(url: string, authorization: string | null, signal: AbortSignal): Promise<string | null> {
  const headers: Record<string, string> = authorization === null ? {} : { authorization };
  const answer = await ask(new URL(url), { headers, signal });
  drop(answer);
  return answer.headers.get("location");
}
