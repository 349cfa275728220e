import { ClientRefuses, demand, demandObject } from "./client-refuses.ts";
import type { Answer } from "./http.ts";
import { type AucShows, isWord, WAITING } from "./old-auc.ts";
import { type Patience, pollFor, Screen, sha256Of, type TakenImage } from "./taking.ts";
import { fileNameOf, jsonOf, type Uclient } from "./uclient.ts";

/** What is asked for, in the words of auc up to 0.1.5; the one of 2018 says the target in two. */
export type OldAucRequest = Readonly<{
  distro: string;
  version: string;
  target: string;
  subtarget?: string;
  board: string;
  /** Names of what is installed. */
  packages: readonly string[];
}>;

/** What is printed, and then that there is no image; 400 ends it without a word. */
const SENTENCES: Readonly<Record<number, string>> = {
  204: "system is up to date.",
  400: "ends without a word at status 400",
  413: "image too big.",
  501: "ImageBuilder didn't produce sysupgrade file.",
};

/**
 * auc up to 0.1.5 after its owner has said yes: one post, by GET as soon as it knows a hash (even of what is built already), every
 * three seconds while it is told to wait; the image, and whether all of it came. @throws ClientRefuses with what it prints last
 */
export async function takeByOldAuc(
  uclient: Uclient,
  baseUrl: string,
  request: OldAucRequest,
  patience: Patience = {},
): Promise<TakenImage> {
  const progress = new Progress();
  const requests = `${baseUrl}/api/upgrade-request`;
  let hash: string | null = null;
  const { files, sysupgrade } = await pollFor(async () => {
    const answer = hash === null ? await uclient.post(requests, request) : await uclient.get(`${requests}/${hash}`);
    const reply = readReply(answer, request);
    const waits = answer.status === 202 && progress.waits(answer);
    const learnsHash = hash === null && isWord(reply.request_hash);
    if (learnsHash) hash = String(reply.request_hash);
    return waits || learnsHash ? null : reply;
  }, patience);
  demand(isWord(sysupgrade) && isWord(files), "no sysupgrade image returned");
  const url = `${baseUrl}/${files}/${sysupgrade}`;
  return { ...(await download(uclient, url)), shown: progress.screen.shown };
}

/** Of 200 and 202. No other's body is read. */
function readReply(answer: Answer, request: OldAucRequest): Record<string, unknown> {
  const { status } = answer;
  if (status === 200 || status === 202) return demandObject(jsonOf(answer), "server reply invalid: what came");
  if (status === 412) {
    const { distro, target, subtarget, board } = request;
    const whole = subtarget === undefined ? target : `${target}/${subtarget}`;
    throw new ClientRefuses(`${distro} target ${whole} (${board}) not found. Please report this`);
  }
  if (status === 422) {
    // It prints what isn't there, which ends it on some C libraries.
    throw new ClientRefuses(`unknown package '${answer.headers.get("x-unknown-package") ?? "(null)"}' requested.`);
  }
  throw new ClientRefuses(SENTENCES[status] ?? `HTTP error ${status}\nno sysupgrade image returned`);
}

/** What it prints while it waits: each step once, and each position. */
class Progress {
  readonly screen = new Screen();
  readonly #begun = new Set<string>();

  /** Whether the answer tells it to. @throws ClientRefuses for a word that it doesn't know */
  waits({ headers }: Answer): boolean {
    const status = headers.get("x-imagebuilder-status");
    if (status === undefined) return false;
    demand(WAITING.includes(status), `unrecognized remote imagebuilder status '${status}'`);
    const position = headers.get("x-build-queue-position");
    if (!this.#begun.has(status)) this.screen.show(STEPS[status] ?? status);
    else if (status === "queue" && position !== undefined) {
      // Read by atoi: of what is no number that makes 0.
      demand(/^\d+$/.test(position), `build is in queue position 0, and not ${position}`);
      this.screen.show(`build is in queue position ${position}.`);
    }
    this.#begun.add(status);
    return true;
  }
}

const STEPS: Readonly<Record<string, string>> = {
  queue: "server is dispatching build job",
  building: "server is now building image...",
  initialize: "server is setting up ImageBuilder...",
};

/** Into a file that is called what the address ends in: after a redirect, what that one ends in. */
async function download(uclient: Uclient, url: string): Promise<Omit<TakenImage, "shown">> {
  const answer = await uclient.get(url);
  demand(answer.status === 200, `HTTP error ${answer.status}\nimage download failed`);
  demand(
    fileNameOf(answer.url) === fileNameOf(url),
    `image download failed: it lies in /tmp/${fileNameOf(answer.url)}`,
  );
  const { body } = answer;
  // Of an answer in chunks it takes the length to be 0.
  demand(Number(answer.headers.get("content-length") ?? 0) === body.length, "file size mismatch");
  return { url, sha256: sha256Of(body), size: body.length };
}

/** What the check has offered: the release to ask for, its own where that stays. @throws ClientRefuses when there is nothing to do */
export function offeredBy(shown: AucShows, version: string): string {
  demand(shown.says === "upgrade", shown.says);
  return shown.version ?? version;
}
