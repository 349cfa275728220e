import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { Readable } from "node:stream";
import pLimit from "p-limit";
import type { StoredFile } from "../../builds/types.ts";
import { ServerError } from "../../error.ts";
import { chunksOf } from "../chunks.ts";
import type { Bucket } from "./bucket.ts";
import { pauseAfter, type S3Times, timeFor, within } from "./times.ts";
import { isPassing } from "./trouble.ts";

/** Files at a time. */
const PARALLEL = 3;
/** Of one file; and looks at what has become of it, each time. */
const MOST_TRIES = 3;
const MOST_LOOKS = 3;
const CHUNK = 256 * 1024;

interface Putting {
  bucket: Bucket;
  /** In front of the files' names. */
  folder: string;
  times: S3Times;
  signal: AbortSignal;
}

/**
 * Puts files there and reads each back: only what comes back as it was counts, whatever the store has said of it. Nobody else puts anything
 * under these names, so one that took longer than it was waited for does no harm. Once one fails, no other is begun or tried again.
 */
export async function putFiles(
  putting: Putting,
  files: readonly { name: string; path: string }[],
): Promise<StoredFile[]> {
  const limit = pLimit(PARALLEL);
  const failed = new AbortController();
  const puts = files.map((file) =>
    limit(async () => {
      try {
        return await putFile({ ...putting, failed: failed.signal }, file);
      } catch (error) {
        failed.abort(error);
        throw error;
      }
    }),
  );
  // Nothing goes on behind the one who gives up: it removes what there is.
  await Promise.allSettled(puts);
  putting.signal.throwIfAborted();
  failed.signal.throwIfAborted();
  return Promise.all(puts);
}

async function putFile(
  { bucket, folder, times, signal, failed }: Putting & { failed: AbortSignal },
  { name, path }: { name: string; path: string },
): Promise<StoredFile> {
  const going = AbortSignal.any([signal, failed]);
  going.throwIfAborted();
  // A link, planted in what a builder made, is no file of it; a pipe isn't waited for.
  await using source = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (!(await source.stat()).isFile()) throw new Error(`${path} is no regular file`);
  const made = await sumOf(chunksOf(source, signal));
  const key = folder + name;
  const time = timeFor(made.size, times);
  for (let tries = 1; ; tries++) {
    try {
      // To its end, though another has failed: a store may take what was broken off after all that was put has been removed.
      await within(time, signal, (both) => upload(bucket, key, { source, size: made.size }, both));
      const found = await lookAgain(() => lookAt(bucket, key, time, going), made, { times, signal: going });
      if (isSame(found, made)) return { name, ...made };
      if (tries === MOST_TRIES) throw notKept(name, found, made);
    } catch (error) {
      going.throwIfAborted();
      if (tries === MOST_TRIES || !isPassing(error)) throw error;
    }
    await pauseAfter(tries, times, going);
  }
}

async function upload(
  bucket: Bucket,
  key: string,
  { source, size }: { source: FileHandle; size: number },
  signal: AbortSignal,
): Promise<void> {
  // A stream of the file's own would close the file, which the next try needs.
  const body = Readable.from(pieces(source, size), { objectMode: false, highWaterMark: CHUNK });
  try {
    await bucket.put(key, body, size, signal);
  } finally {
    body.destroy();
  }
}

/** From its beginning, and no more than was counted, should somebody write on. */
async function* pieces(source: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; ) {
    const length = Math.min(CHUNK, size - at);
    const { bytesRead, buffer } = await source.read(Buffer.allocUnsafeSlow(length), 0, length, at);
    if (bytesRead === 0) throw new Error("a file became shorter while it was put into the store");
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

type Sum = Omit<StoredFile, "name">;

/** Null where there is none. */
function lookAt(bucket: Bucket, key: string, time: number, signal: AbortSignal): Promise<Sum | null> {
  return within(time, signal, async (both) => {
    const got = await bucket.get(key, undefined, both);
    if (got === null) return null;
    const closing = () => got.body.destroy(new Error("it takes too long"));
    both.addEventListener("abort", closing);
    try {
      return await sumOf(got.body);
    } finally {
      both.removeEventListener("abort", closing);
      got.body.destroy();
    }
  });
}

/** Some stores show what they have taken only a moment later. */
async function lookAgain(
  look: () => Promise<Sum | null>,
  made: Sum,
  { times, signal }: Pick<Putting, "times" | "signal">,
): Promise<Sum | null> {
  for (let looks = 1; ; looks++) {
    const found = await look().catch((error: unknown) => {
      signal.throwIfAborted();
      if (looks === MOST_LOOKS || !(isPassing(error) || isBroken(error))) throw error;
      return null;
    });
    if (isSame(found, made) || looks === MOST_LOOKS) return found;
    await pauseAfter(looks, times, signal);
  }
}

async function sumOf(chunks: AsyncIterable<Uint8Array>): Promise<Sum> {
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest("hex") };
}

function isSame(found: Sum | null, made: Sum): boolean {
  return found?.size === made.size && found.sha256 === made.sha256;
}

/** A body that ended before its length. */
function isBroken(error: unknown): boolean {
  return error instanceof Error && /aborted|premature/i.test(error.message);
}

function notKept(name: string, found: Sum | null, made: Sum): ServerError {
  const sentence =
    found === null
      ? `The store has lost ${name}, which it said it had taken.`
      : `The store has given back something else for ${name} than it was given.`;
  return new ServerError("store_failed", sentence, { cause: new Error(JSON.stringify({ name, made, found })) });
}
