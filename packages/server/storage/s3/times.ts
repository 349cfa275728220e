import { setTimeout as sleep } from "node:timers/promises";

/** How long a store is waited for, in milliseconds. */
export interface S3Times {
  /** For a connection. */
  connect: number;
  /** For the next byte, in either direction. */
  idle: number;
  /** Until a file begins to come, tries included. */
  open: number;
  /** For what is small, tries included: removing, a page of a list. */
  small: number;
  /** What a file is waited for at least, whatever its size. */
  file: number;
  /** Before the second try; twice as long before the third, and so on, each time half as long again or shorter. */
  pause: number;
}

export const S3_TIMES: S3Times = {
  connect: 5_000,
  idle: 20_000,
  open: 25_000,
  small: 60_000,
  file: 60_000,
  pause: 200,
};

/** @param tries so far */
export async function pauseAfter(tries: number, { pause }: Pick<S3Times, "pause">, signal: AbortSignal): Promise<void> {
  await sleep(pause * 2 ** (tries - 1) * (0.5 + Math.random()), undefined, { signal });
}

/** Bytes a second: whoever is slower than that all the time is too slow. */
const SLOWEST = 64 * 1024;

/** For a whole file, there or back. */
export function timeFor(bytes: number, { file }: Pick<S3Times, "file">): number {
  return file + Math.ceil((bytes / SLOWEST) * 1000);
}

/** It took longer than it may. */
export class TooSlow extends Error {
  override readonly name = "TooSlow";
}

/**
 * Aborts what takes longer than `ms`, and says so; an abort by `signal` is thrown as its reason. What was given out in time isn't aborted any more:
 * the SDK would break off an object that is still being read.
 * @throws TooSlow
 */
export async function within<T>(
  ms: number,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const ending = new AbortController();
  const late = setTimeout(() => ending.abort(new TooSlow(`not done after ${ms} ms`)), ms);
  const onAbort = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(ending.signal);
  } catch (error) {
    ending.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(late);
    signal?.removeEventListener("abort", onAbort);
  }
}
