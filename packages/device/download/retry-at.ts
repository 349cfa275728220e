import type { AnswerHeaders } from "./answer.ts";

const LONGEST_MS = 24 * 60 * 60 * 1000;
/** Below this a reset is a number of seconds to wait, above it a moment in seconds since 1970. */
const SECONDS_OR_EPOCH = 1_000_000_000;
/** GitHub's own advice for its second limit, which names no time. */
const SECOND_LIMIT_MS = 60_000;

/** An answer that may mean "too often". */
export interface Refused {
  status: number;
  headers: AnswerHeaders;
  /** What the host says about it in words; null when it says nothing. */
  said: string | null;
}

/**
 * When a host allows the next request, or null when it doesn't say: Retry-After (RFC 9110 10.2.3), else
 * x-ratelimit-reset (GitHub) or ratelimit-reset (GitLab, proxies). At most a day ahead, so that no host can silence a
 * device for good.
 */
export function retryAt({ headers, said }: Refused, now: Date): Date | null {
  const ms =
    retryAfterMs(headers.get("retry-after"), now) ??
    // With quota left its reset is not what one waits for.
    (isSecondLimit(said) && headers.get("x-ratelimit-remaining") !== "0" ? SECOND_LIMIT_MS : null) ??
    resetMs(headers.get("x-ratelimit-reset"), now) ??
    resetMs(headers.get("ratelimit-reset"), now);
  return ms === null ? null : new Date(now.getTime() + Math.min(Math.max(ms, 0), LONGEST_MS));
}

/** Whether an answer means "too often". A plain 403 carries rate-limit headers too where there is quota left. */
export function isRateLimited({ status, headers, said }: Refused): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const remaining = headers.get("x-ratelimit-remaining");
  if (remaining === "0" || headers.get("retry-after") !== null || isSecondLimit(said)) return true;
  return remaining === null && headers.get("x-ratelimit-reset") !== null;
}

/** GitHub's limit on how much is asked at once comes as a 403 that nothing but its words tells from a refusal. */
function isSecondLimit(said: string | null): boolean {
  return said !== null && /secondary rate limit|abuse detection/i.test(said);
}

function retryAfterMs(value: string | null, now: Date): number | null {
  if (value === null) return null;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : date - now.getTime();
}

function resetMs(value: string | null, now: Date): number | null {
  if (value === null || !/^\d+(\.\d+)?$/.test(value)) return null;
  const seconds = Number(value);
  return seconds < SECONDS_OR_EPOCH ? seconds * 1000 : seconds * 1000 - now.getTime();
}
