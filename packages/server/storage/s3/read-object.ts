import { createHash } from "node:crypto";
import type { ReadOptions } from "../types.ts";
import type { Bucket, GotObject } from "./bucket.ts";
import { pauseAfter, type S3Times, within } from "./times.ts";

/** Of a connection that broke off, one after the other, without a byte between them. */
const MOST_TRIES = 3;

export interface ReadParts {
  bucket: Bucket;
  times: S3Times;
  /** The bytes came to something else, or stopped coming. */
  onBroken: (error: unknown) => void;
}

/**
 * An object as it comes, never more of it in memory than its reader takes. Where the connection breaks it goes on from there. The whole of one
 * is looked at on its way: the last piece of what isn't what it should be isn't given to anybody.
 */
export async function readObject(
  { bucket, times, onBroken }: ReadParts,
  key: string,
  { range, sha256, signal }: Omit<ReadOptions, "mayRedirect">,
): Promise<{ size: number; stream: ReadableStream<Uint8Array> } | null> {
  const first = await within(times.open, signal, (both) => bucket.get(key, range, both));
  if (first === null) return null;
  const { size } = first;
  const start = range?.start ?? 0;
  const end = Math.min(size, (range?.end ?? size - 1) + 1);
  const over = new AbortController();
  const open = (at: number) =>
    within(times.open, over.signal, (both) => bucket.get(key, { start: at, end: end - 1 }, both));
  const chunks = goingOn(first, { start, end, open, times, over: over.signal });
  const isWhole = start === 0 && end === size;
  const checked = sha256 !== undefined && isWhole ? checkedBy(sha256, chunks) : chunks;
  return { size, stream: streamOf(checked, { over, first, onBroken }) };
}

interface Part {
  start: number;
  /** Not included. */
  end: number;
  open: (at: number) => Promise<GotObject | null>;
  times: S3Times;
  over: AbortSignal;
}

async function* goingOn(first: GotObject, { start, end, open, times, over }: Part): AsyncGenerator<Uint8Array> {
  let at = start;
  let tries = 0;
  for (let got = first; at < end; ) {
    let broken: unknown = new Error(`the store's answer ended after ${at - start} of ${end - start} bytes`);
    const closing = () => got.body.destroy();
    over.addEventListener("abort", closing);
    try {
      for await (const chunk of got.body) {
        // Some give more than they are asked for.
        const bytes: Buffer = chunk.subarray(0, end - at);
        at += bytes.length;
        tries = 0;
        yield bytes;
        if (bytes.length < chunk.length) return;
      }
    } catch (error) {
      broken = error;
    } finally {
      over.removeEventListener("abort", closing);
      got.body.destroy();
    }
    if (at >= end) return;
    over.throwIfAborted();
    if (++tries > MOST_TRIES) throw broken;
    await pauseAfter(tries, times, over);
    const next = await open(at);
    if (next === null) throw broken;
    got = next;
  }
  first.body.destroy();
}

async function* checkedBy(sha256: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  const found = hash.digest("hex");
  if (found !== sha256) throw new Error(`the store's bytes come to ${found}, not to ${sha256}`);
  if (held) yield held;
}

function streamOf(
  chunks: AsyncGenerator<Uint8Array>,
  { over, first, onBroken }: { over: AbortController; first: GotObject } & Pick<ReadParts, "onBroken">,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          if (!over.signal.aborted) onBroken(error);
          throw error;
        }
      },
      cancel() {
        over.abort();
        first.body.destroy();
      },
    },
    // Nothing is read before somebody asks.
    { highWaterMark: 0 },
  );
}
