import { setTimeout as sleep } from "node:timers/promises";
import { withoutUser } from "../../../catalog/upstream/address.ts";
import { UpstreamError } from "../../../catalog/upstream/error.ts";
import type { Answer } from "../../../catalog/upstream/exchange.ts";
import { follow, refusal } from "../../../catalog/upstream/fetch.ts";
import { isPassing } from "../../../catalog/upstream/retry.ts";
import { rawBody } from "../../../worker/proxy/raw-body.ts";
import type { Beginning, PartFile } from "./part-file.ts";

export interface DownloadOptions {
  maxBytes: number;
  /** Until an answer begins, and between two pieces of it, in milliseconds. */
  idleMs: number;
  /** Before the second try, in milliseconds; doubled for each further one that brings nothing. */
  pauseMs: number;
  /** `total` is null where upstream doesn't say. */
  progress(bytes: number, total: number | null): void;
  signal: AbortSignal;
}

/** Tries in a row that bring nothing, and tries in all. */
const FRUITLESS = 3;
const TRIES = 30;
const LONGEST_PAUSE_MS = 4_000;

/**
 * Fetches a file into its part, from where that stops. An answer that breaks off is gone on with, as long as each try
 * brings something; if upstream has another file by then, it begins anew. What came is not looked at.
 *
 * @throws UpstreamError as fetchUpstream; errors of the file system; when `signal` aborts, its reason
 */
export async function download(url: string, part: PartFile, options: DownloadOptions): Promise<void> {
  const { signal } = options;
  let fruitless = 0;
  for (let tries = 1; ; tries++) {
    const before = await part.size();
    try {
      if (await fetchRest(url, part, options)) return;
    } catch (error) {
      signal.throwIfAborted();
      const mayPass = error instanceof UpstreamError && (isPassing(error) || error.code === "timeout");
      fruitless = (await part.size()) > before ? 0 : fruitless + 1;
      if (!mayPass || fruitless >= FRUITLESS || tries >= TRIES) throw error;
      const pause = Math.min(options.pauseMs * 2 ** fruitless, LONGEST_PAUSE_MS);
      await sleep(pause * (0.8 + 0.4 * Math.random()), undefined, { signal });
    }
  }
}

/** One request. False when what was there doesn't go with upstream's file: it is gone then. */
async function fetchRest(address: string, part: PartFile, options: DownloadOptions): Promise<boolean> {
  const beginning = await part.beginning();
  const { answer, url } = await ask(address, beginning, options);
  // Before anything is awaited: it may break off while we look.
  const body = rawBody(answer, url, options);
  try {
    const validators = { etag: answer.header("etag"), lastModified: answer.header("last-modified") };
    if (answer.status === 206 && beginning && isRest(answer, beginning)) {
      await part.append(counted(body, { from: beginning.size, answer, url }, options));
      return true;
    }
    if (answer.status === 200) {
      await part.restart(validators);
      await part.append(counted(body, { from: 0, answer, url }, options));
      return true;
    }
    if (beginning && (answer.status === 206 || answer.status === 416)) {
      // Nothing comes after what is there: it is all, or of another file.
      if (answer.header("content-range") === `bytes */${beginning.size}`) return true;
      await part.remove();
      return false;
    }
    throw refusal(answer, url);
  } finally {
    await body.return(undefined);
    answer.body.destroy();
  }
}

/** Whether it begins where what is there ends, and is of the same file. */
function isRest({ header }: Answer, { size, validators }: Beginning): boolean {
  const [, first] = /^bytes (\d+)-\d+\/(?:\d+|\*)$/.exec(header("content-range") ?? "") ?? [];
  return Number(first) === size && header("etag") === validators.etag;
}

async function ask(address: string, beginning: Beginning | null, options: DownloadOptions) {
  const { idleMs, signal } = options;
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), idleMs);
  try {
    return await follow(address, headersFor(beginning), AbortSignal.any([signal, late.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (!late.signal.aborted || error instanceof UpstreamError) throw error;
    const sentence = `${withoutUser(address)} wasn't answered for within ${idleMs / 1000} seconds.`;
    throw new UpstreamError("timeout", sentence, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** RFC 9110 13.1.5: a weak tag may not be in If-Range. Without any condition the checksum tells in the end. */
function headersFor(beginning: Beginning | null): Record<string, string> {
  const headers = { "accept-encoding": "identity", "user-agent": "pawl" };
  if (!beginning) return headers;
  const { etag, lastModified } = beginning.validators;
  const condition = etag !== null && !etag.startsWith("W/") ? etag : lastModified;
  return { ...headers, range: `bytes=${beginning.size}-`, ...(condition !== null && { "if-range": condition }) };
}

async function* counted(
  pieces: AsyncIterable<Buffer>,
  { from, answer, url }: { from: number; answer: Answer; url: URL },
  { maxBytes, progress }: DownloadOptions,
): AsyncGenerator<Buffer> {
  const check = (bytes: number) => {
    if (bytes <= maxBytes) return;
    throw new UpstreamError("too_large", `${url.href} is longer than the ${maxBytes} bytes allowed.`);
  };
  const length = answer.header("content-length");
  const total = length === null ? null : from + Number(length);
  check(total ?? 0);
  let bytes = from;
  progress(bytes, total);
  for await (const piece of pieces) {
    bytes += piece.length;
    check(bytes);
    yield piece;
    progress(bytes, total);
  }
}
