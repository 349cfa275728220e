import type { ResourceKind } from "../types.ts";

export interface Timing {
  /** Documents are asked for anew after this many milliseconds, indexes after `indexRefresh`. */
  refresh: number;
  indexRefresh: number;
  /** At most one try for a resource in this time, if it isn't forced. */
  pause: number;
}

/** However often it fails, upstream is asked again within this time. */
const LONGEST_MS = 3_600_000;

/** Milliseconds until something that was just read is due again: spread by a tenth, so that not all is due at once. */
export function untilNextRefresh(kind: ResourceKind, timing: Timing, random = Math.random): number {
  return refreshOf(kind, timing) * (0.9 + 0.2 * random());
}

/**
 * Milliseconds until the next try after the `failures`th failure in a row (1, 2, …): twice as long each time, up to the
 * interval of refreshing; longer only when upstream asks for it.
 */
export function untilNextTry(
  kind: ResourceKind,
  failures: number,
  timing: Timing,
  retryAfterSeconds: number | null = null,
  random = Math.random,
): number {
  const grown = timing.pause * 2 ** Math.min(failures - 1, 20);
  const longest = Math.min(LONGEST_MS, Math.max(timing.pause, refreshOf(kind, timing)));
  const own = Math.min(grown, longest) * (1 + 0.4 * random());
  return Math.max(own, Math.min((retryAfterSeconds ?? 0) * 1000, LONGEST_MS));
}

/** Nothing is due later than this after it was last looked at, in milliseconds. */
export function longestWait({ refresh, indexRefresh, pause }: Timing): number {
  return Math.max(1.1 * refresh, 1.1 * indexRefresh, 1.4 * Math.max(LONGEST_MS, pause));
}

export function refreshOf(kind: ResourceKind, { refresh, indexRefresh }: Timing): number {
  return kind === "index" ? indexRefresh : refresh;
}
