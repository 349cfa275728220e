import { setTimeout as sleep } from "node:timers/promises";
import { UpstreamError } from "./error.ts";

export interface RetryPolicy {
  /** Tries in all, at least 1. */
  attempts: number;
  /** Before the second try, in milliseconds; doubled for each further one. */
  firstPauseMs: number;
  /** Upstream may ask for more by Retry-After: then it isn't tried again here. */
  longestPauseMs: number;
  /** From 0 to 1, for the jitter. */
  random: () => number;
  pause: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

export const DEFAULT_RETRY: RetryPolicy = {
  attempts: 2,
  firstPauseMs: 250,
  longestPauseMs: 2_000,
  random: Math.random,
  pause: async (ms, signal) => {
    await sleep(ms, undefined, { signal });
  },
};

/** Answers that a proxy or an overloaded mirror gives, and that the next request may not get. */
const PASSING_STATUS = new Set([429, 500, 502, 503, 504]);

/**
 * Runs `read` again when its failure may pass by itself, after a pause with jitter; at most as often as the policy says.
 * Throws the last failure.
 */
export async function withRetry<T>(
  read: () => Promise<T>,
  policy: RetryPolicy,
  signal: AbortSignal | undefined,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      const pauseMs = error instanceof UpstreamError && isPassing(error) ? pauseBefore(attempt, error, policy) : null;
      if (pauseMs === null || attempt >= policy.attempts) throw error;
      await policy.pause(pauseMs, signal);
    }
  }
}

/** Whether the same request may well succeed a moment later. */
export function isPassing({ code, upstreamStatus }: UpstreamError): boolean {
  if (code === "mirror_down" || code === "truncated") return true;
  return code === "http_status" && upstreamStatus !== null && PASSING_STATUS.has(upstreamStatus);
}

/** Milliseconds before the try after this one; null when upstream wants a longer pause than we wait. */
function pauseBefore(attempt: number, error: UpstreamError, policy: RetryPolicy): number | null {
  const backOff = Math.min(policy.firstPauseMs * 2 ** (attempt - 1), policy.longestPauseMs);
  const jittered = Math.round(backOff * (0.8 + 0.4 * policy.random()));
  const asked = (error.retryAfter ?? 0) * 1000;
  return asked > policy.longestPauseMs ? null : Math.max(asked, jittered);
}
