const LONGEST_MS = 24 * 60 * 60 * 1000;
/** Below this a reset is a number of seconds to wait, above it a moment in seconds since 1970. */
const SECONDS_OR_EPOCH = 1_000_000_000;

/**
 * When a host allows the next request, or null when it doesn't say: Retry-After (RFC 9110 10.2.3), else x-ratelimit-reset.
 * At most a day ahead, so that no host can silence a device for good.
 */
export function retryAt(headers: Headers, now: Date): Date | null {
  const ms = retryAfterMs(headers.get("retry-after"), now) ?? resetMs(headers.get("x-ratelimit-reset"), now);
  return ms === null ? null : new Date(now.getTime() + Math.min(Math.max(ms, 0), LONGEST_MS));
}

/** Whether an answer means "too often". A plain 403 carries rate-limit headers too where there is quota left. */
export function isRateLimited(status: number, headers: Headers): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  const remaining = headers.get("x-ratelimit-remaining");
  return headers.has("retry-after") || (headers.has("x-ratelimit-reset") && (remaining === null || remaining === "0"));
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
