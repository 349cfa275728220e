/** Tries after a failure that may pass, and how long before each, in milliseconds, ± 20 %: contract server.md §3. */
export const RETRY_DELAYS: readonly number[] = [5_000, 30_000, 120_000];
const JITTER = 0.2;

/** The longest that any of these may come to. */
export const LONGEST_DELAY = Math.max(...RETRY_DELAYS) * (1 + JITTER);

/** So many workers may be lost over a build; then it is the build's fault. */
export const MOST_LOSSES = 5;

/**
 * When a build whose try has failed for a passing cause is tried again; null when that was the last try.
 * @param failed how many tries have failed, with this one
 * @param random 0 to 1
 */
export function nextTry(failed: number, now: Date, random: number): Date | null {
  const delay = RETRY_DELAYS[failed - 1];
  if (delay === undefined) return null;
  return new Date(now.getTime() + delay * (1 - JITTER + 2 * JITTER * random));
}

/** `The mirror doesn't answer. Try 2 of 4 at 12:00:05 UTC.` */
export function waitsForNextTry(sentence: string, failed: number, at: Date): string {
  const ended = /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
  return `${ended} Try ${failed + 1} of ${RETRY_DELAYS.length + 1} at ${at.toISOString().slice(11, 19)} UTC.`;
}
