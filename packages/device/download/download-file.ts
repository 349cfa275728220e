import { systemError, UpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";
import { type Answer, drop } from "./answer.ts";
import { type Continuation, continues, rangeHeaders } from "./content-range.ts";
import { startDeadline } from "./deadline.ts";
import { capOf, mismatch, tooLong, tooShort, tooSlow } from "./file-trouble.ts";
import { isThere } from "./hash-file.ts";
import { MinimumRate } from "./minimum-rate.ts";
import { PartFile } from "./part-file.ts";
import type { Wanted } from "./part-sidecar.ts";
import { hostOf } from "./redact-url.ts";
import { refusalOf } from "./refusal.ts";
import { bodyOf, declaredLength, request } from "./request.ts";
import { type DownloadProgress, TransferMeter } from "./transfer-meter.ts";
import { backOffMs, isPassing, networkTrouble, timeoutTrouble, webPageTrouble } from "./trouble.ts";

const FIRST_PAUSE_MS = 1000;
/** After these the bytes that are there are worth nothing, or are in the way. */
const USELESS = new Set(["hash_mismatch", "too_large", "disk_full", "release_moved"]);

export interface DownloadOptions extends Wanted {
  headers?: Record<string, string>;
  /** How often a broken connection is taken up again within one call. Default 5. */
  maxResumes?: number;
  /** Longest silence, while connecting too, in milliseconds. Default 30 s. */
  stallMs?: number;
  /** A connection slower than this, averaged over `minimumRateWindowMs`, counts as broken. Default 1 KiB/s over 60 s. */
  minimumBytesPerSecond?: number;
  minimumRateWindowMs?: number;
  clock: Clock;
  onProgress?: (progress: DownloadProgress) => void;
  signal: AbortSignal;
}

/** A file that is in its place. */
export interface Downloaded {
  /** As measured, in hexadecimal digits. */
  sha256: string;
  /** In bytes. */
  size: number;
  /** Bytes that came over the network: without those of an earlier call. */
  received: number;
}

/**
 * Streams a file to `to`, which appears whole or not at all: one of stated size and sha256, or one of which nobody has
 * stated them. What an earlier call left in `<to>.part` is continued (RFC 9110 14.2: Range with If-Range). A finished `to`
 * of stated sha256 is taken as it is, without network.
 *
 * Throws UpdateError `offline`, `host_error`, `rate_limited`, `not_found`, `too_large`, `hash_mismatch`, `disk_full`,
 * `not_writable`, or, where only the size is stated and isn't right, `release_moved`; when `signal` aborts, its reason.
 */
export async function downloadFile(options: DownloadOptions): Promise<Downloaded> {
  const { size, sha256, clock, signal, onProgress = () => undefined } = options;
  const meter = new TransferMeter(size, clock, onProgress);
  try {
    if (sha256 !== null && size !== null && (await isThere(options, signal))) {
      meter.begin(size);
      meter.end(size);
      return { sha256, size, received: 0 };
    }
    const downloaded = await download(meter, options);
    meter.end(downloaded.size);
    return downloaded;
  } catch (error) {
    signal.throwIfAborted();
    throw systemError(error) ?? error;
  }
}

async function download(meter: TransferMeter, options: DownloadOptions): Promise<Downloaded> {
  await using part = await PartFile.open(options, options.signal);
  try {
    await complete(part, meter, options);
    await part.finish();
    return { sha256: part.sha256(), size: part.length, received: part.received };
  } catch (error) {
    const trouble = systemError(error) ?? error;
    if (trouble instanceof UpdateError && USELESS.has(trouble.code)) await part.remove();
    throw trouble;
  }
}

/** Connects until every byte is there and the hash over all of them is right, where somebody has stated it. */
async function complete(part: PartFile, meter: TransferMeter, options: DownloadOptions): Promise<void> {
  const { sha256, maxResumes = 5, clock, signal } = options;
  let hasStartedOver = false;
  for (let resumes = 0; ; ) {
    const isContinued = part.length > 0;
    try {
      if (!part.isComplete) await connect(part, meter, options);
    } catch (error) {
      signal.throwIfAborted();
      if (resumes === maxResumes || !mayResume(error)) throw error;
      await clock.sleep(backOffMs(resumes++, FIRST_PAUSE_MS), signal);
      continue;
    }
    if (part.isComplete && (sha256 === null || part.sha256() === sha256)) return;
    // What was put together from pieces may have been damaged between them, by a power cut for instance; or the host
    // has no such range. Once more in one go, then it is the host's file that is wrong.
    if (!isContinued || hasStartedOver) {
      const got = part.isComplete ? part.sha256() : `less than its ${options.size} bytes`;
      throw mismatch(hostOf(options.url), `expected sha256 ${sha256}, got ${got}`);
    }
    hasStartedOver = true;
    await part.empty();
  }
}

/** Takes what one connection brings. Returns early, with the file incomplete, when the host can't continue it. */
async function connect(part: PartFile, meter: TransferMeter, options: DownloadOptions): Promise<void> {
  const { clock, signal, stallMs = 30_000, minimumBytesPerSecond = 1024, minimumRateWindowMs = 60_000 } = options;
  using deadline = startDeadline({
    idleMs: stallMs,
    expired: (after) => timeoutTrouble(options.url, after),
    signal,
  });
  const resume: Continuation | null = part.validator === null ? null : { from: part.length, validator: part.validator };
  const headers = { ...options.headers, "accept-encoding": "identity", ...rangeHeaders(resume) };
  const { response, url } = await request(options.url, { headers, signal: deadline.signal });
  try {
    if (resume && response.status === 416) return;
    const isRest = resume !== null && response.status === 206;
    if (!isRest && response.status !== 200)
      throw await refusalOf(response, url, { sent: headers, signal: deadline.signal });
    if (isRest && !continues(response, resume, part.total)) return;
    refuseWrongBody(response, url, { ...options, begins: isRest ? part.length : 0 });
    deadline.hold();
    if (!isRest) await part.restart(response.headers);
    meter.begin(part.length, part.total);
    const rate = new MinimumRate(minimumBytesPerSecond, minimumRateWindowMs, clock);
    deadline.touch();
    for await (const chunk of bodyOf(response, url, deadline.signal)) {
      // A slow disk is not the host's silence.
      deadline.hold();
      if (part.length + chunk.length > capOf(options)) throw tooLong(hostOf(url), options);
      await part.append(chunk);
      meter.update(part.length);
      if (!rate.keeps(chunk.length)) throw tooSlow(url, minimumBytesPerSecond);
      deadline.touch();
    }
    part.end();
    if (!part.isComplete) throw networkTrouble(new Error("the body ended early"), url);
  } finally {
    drop(response);
  }
}

/** Throws for a body that can't be the file, before any of it is read. */
function refuseWrongBody(
  { headers }: Pick<Answer, "status" | "headers">,
  url: string,
  wanted: Wanted & { begins: number },
): void {
  const page = webPageTrouble(headers, url, "the release's file");
  if (page) throw page;
  const host = hostOf(url);
  // What comes out of it is not the file the manifest names.
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    const sentence = `${host} re-encodes its files (Content-Encoding: ${encoding}). Serve release bundles as they are.`;
    throw new UpdateError("host_error", sentence);
  }
  const declared = declaredLength(headers);
  if (declared === null) return;
  const length = wanted.begins + declared;
  if (length > capOf(wanted)) throw tooLong(host, wanted);
  if (wanted.size !== null && length < wanted.size) {
    throw tooShort(host, wanted, `expected ${wanted.size} bytes, got ${length}`);
  }
}

function mayResume(error: unknown): boolean {
  return isPassing(error) || (error instanceof UpdateError && error.code === "offline");
}
