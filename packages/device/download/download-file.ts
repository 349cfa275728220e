import { systemError, UpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";
import { startDeadline } from "./deadline.ts";
import { MinimumRate } from "./minimum-rate.ts";
import { isThere, PartFile, type Wanted } from "./part-file.ts";
import { hostOf } from "./redact-url.ts";
import { bodyOf, declaredLength, drop, request } from "./request.ts";
import { type DownloadProgress, TransferMeter } from "./transfer-meter.ts";
import { backOffMs, isPassing, networkTrouble, statusTrouble, timeoutTrouble, webPageTrouble } from "./trouble.ts";

const FIRST_PAUSE_MS = 1000;
/** After these the bytes that are there are worth nothing, or are in the way. */
const USELESS = new Set(["hash_mismatch", "too_large", "disk_full"]);

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

/**
 * Streams a file of known size and sha256 to `to`, which appears whole or not at all. What an earlier call left in
 * `<to>.part` is continued (RFC 9110 14.2: Range with If-Range). A finished `to` is taken as it is, without network.
 *
 * Throws UpdateError `offline`, `host_error`, `rate_limited`, `not_found`, `too_large`, `hash_mismatch`, `disk_full` or
 * `not_writable`; when `signal` aborts, its reason.
 */
export async function downloadFile(options: DownloadOptions): Promise<void> {
  const { size, clock, signal, onProgress = () => undefined } = options;
  const meter = new TransferMeter(size, clock, onProgress);
  try {
    if (await isThere(options, signal)) meter.begin(size);
    else await download(meter, options);
  } catch (error) {
    signal.throwIfAborted();
    throw systemError(error) ?? error;
  }
  meter.end();
}

async function download(meter: TransferMeter, options: DownloadOptions): Promise<void> {
  await using part = await PartFile.open(options, options.signal);
  try {
    await complete(part, meter, options);
    await part.finish();
  } catch (error) {
    const trouble = systemError(error) ?? error;
    if (trouble instanceof UpdateError && USELESS.has(trouble.code)) await part.remove();
    throw trouble;
  }
}

/** Connects until every byte is there and the hash over all of them is right. */
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
    if (part.isComplete && part.sha256() === sha256) return;
    // What was put together from pieces may have been damaged between them, by a power cut for instance; or the host
    // has no such range. Once more in one go, then it is the host's file that is wrong.
    if (!isContinued || hasStartedOver) {
      const got = part.isComplete ? part.sha256() : `less than its ${options.size} bytes`;
      throw mismatch(options.url, `expected sha256 ${sha256}, got ${got}`);
    }
    hasStartedOver = true;
    await part.empty();
  }
}

/** Takes what one connection brings. Returns early, with the file incomplete, when the host can't continue it. */
async function connect(part: PartFile, meter: TransferMeter, options: DownloadOptions): Promise<void> {
  const { size, clock, signal, stallMs = 30_000, minimumBytesPerSecond = 1024, minimumRateWindowMs = 60_000 } = options;
  using deadline = startDeadline({
    idleMs: stallMs,
    expired: (after) => timeoutTrouble(options.url, after),
    signal,
  });
  const resume: Resume | null = part.validator === null ? null : { from: part.length, validator: part.validator };
  const headers = { ...options.headers, "accept-encoding": "identity", ...rangeHeaders(resume) };
  const { response, url } = await request(options.url, { headers, signal: deadline.signal });
  try {
    const begins = beginningOf(response, url, resume, size);
    if (begins === null) return;
    refuseWrongBody(response, url, size - begins);
    deadline.hold();
    if (begins === 0) await part.restart(response.headers);
    meter.begin(part.length);
    const rate = new MinimumRate(minimumBytesPerSecond, minimumRateWindowMs, clock);
    deadline.touch();
    for await (const chunk of bodyOf(response, url, deadline.signal)) {
      // A slow disk is not the host's silence.
      deadline.hold();
      if (part.length + chunk.length > size) throw tooLarge(url, size);
      await part.append(chunk);
      meter.update(part.length);
      if (!rate.keeps(chunk.length)) throw tooSlow(url, minimumBytesPerSecond);
      deadline.touch();
    }
    if (!part.isComplete) throw networkTrouble(new Error("the body ended early"), url);
  } finally {
    drop(response);
  }
}

interface Resume {
  from: number;
  validator: string;
}

function rangeHeaders(resume: Resume | null): Record<string, string> {
  return resume ? { range: `bytes=${resume.from}-`, "if-range": resume.validator } : {};
}

/** At which byte of the file an answer begins; null when it is of no use for continuing. Throws for all others. */
function beginningOf(response: Response, url: string, resume: Resume | null, size: number): number | null {
  if (response.status === 200) return 0;
  if (resume && response.status === 416) return null;
  if (resume && response.status === 206) {
    const range = response.headers.get("content-range");
    const etag = response.headers.get("etag");
    const isSameFile = !resume.validator.startsWith('"') || etag === null || etag === resume.validator;
    const fits = range === `bytes ${resume.from}-${size - 1}/${size}` || range === `bytes ${resume.from}-${size - 1}/*`;
    return isSameFile && fits ? resume.from : null;
  }
  throw statusTrouble(response, url, new Date());
}

/** Throws for a body that can't be the file, before any of it is read. */
function refuseWrongBody({ headers }: Response, url: string, expectedBytes: number): void {
  const page = webPageTrouble(headers, url, "the release's file");
  if (page) throw page;
  // fetch() would decode it, and what comes out is not the file the manifest names.
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    const sentence = `${hostOf(url)} re-encodes its files (Content-Encoding: ${encoding}). Serve release bundles as they are.`;
    throw new UpdateError("host_error", sentence);
  }
  const declared = declaredLength(headers);
  if (declared === null) return;
  if (declared > expectedBytes) throw tooLarge(url, expectedBytes);
  if (declared < expectedBytes) throw mismatch(url, `expected ${expectedBytes} bytes, got ${declared}`);
}

function mayResume(error: unknown): boolean {
  return isPassing(error) || (error instanceof UpdateError && error.code === "offline");
}

function tooLarge(url: string, expectedBytes: number): UpdateError {
  const sentence = `The file on ${hostOf(url)} is longer than its release says. It was not downloaded.`;
  return new UpdateError("too_large", sentence, { detail: `more than the expected ${expectedBytes} bytes` });
}

function tooSlow(url: string, bytesPerSecond: number): UpdateError {
  const sentence = `The update server can't be reached: ${hostOf(url)} sends less than ${bytesPerSecond} bytes a second.`;
  return new UpdateError("offline", sentence, { detail: "too slow" });
}

function mismatch(url: string, detail: string): UpdateError {
  const sentence = `The file on ${hostOf(url)} isn't the one its release names. Nothing of it was kept.`;
  return new UpdateError("hash_mismatch", sentence, { detail });
}
