import { expect, test } from "vitest";
import { isRateLimited, retryAt } from "./retry-at.ts";

const now = new Date("2026-03-01T12:00:00Z");
const SECOND = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";
const answer = (status: number, headers: object, said: string | null = null) => ({
  status,
  headers: new Headers(headers as Record<string, string>),
  said,
});

test.each([
  [{}, null, null],
  [{ "retry-after": "90" }, null, "2026-03-01T12:01:30.000Z"],
  [{ "retry-after": "Sun, 01 Mar 2026 12:05:00 GMT" }, null, "2026-03-01T12:05:00.000Z"],
  [{ "retry-after": "soon" }, null, null],
  [{ "x-ratelimit-reset": String(now.getTime() / 1000 + 60) }, null, "2026-03-01T12:01:00.000Z"],
  [{ "x-ratelimit-reset": "60" }, null, "2026-03-01T12:01:00.000Z"],
  [{ "ratelimit-reset": "60" }, null, "2026-03-01T12:01:00.000Z"],
  [{ "retry-after": "1", "x-ratelimit-reset": "60" }, null, "2026-03-01T12:00:01.000Z"],
  [{ "retry-after": "Sun, 01 Mar 2026 11:00:00 GMT" }, null, "2026-03-01T12:00:00.000Z"],
  [{ "retry-after": "99999999999999999999" }, null, "2026-03-02T12:00:00.000Z"],
  [{ "x-ratelimit-reset": "3000", "x-ratelimit-remaining": "41" }, SECOND, "2026-03-01T12:01:00.000Z"],
  [{ "x-ratelimit-reset": "3000", "x-ratelimit-remaining": "0" }, SECOND, "2026-03-01T12:50:00.000Z"],
])("%j and %j allow the next request at %s", (headers, said, at) => {
  expect(retryAt(answer(403, headers, said), now)?.toISOString() ?? null).toBe(at);
});

test.each([
  [429, {}, null, true],
  [403, {}, null, false],
  [403, {}, "Resource not accessible by personal access token", false],
  [403, { "retry-after": "1" }, null, true],
  [403, { "x-ratelimit-remaining": "0" }, null, true],
  [403, { "x-ratelimit-reset": "60" }, null, true],
  [403, { "x-ratelimit-reset": "60", "x-ratelimit-remaining": "0" }, null, true],
  [403, { "x-ratelimit-reset": "60", "x-ratelimit-remaining": "57" }, null, false],
  [403, { "x-ratelimit-reset": "60", "x-ratelimit-remaining": "57" }, SECOND, true],
  [500, { "retry-after": "1" }, null, false],
  [401, { "x-ratelimit-remaining": "0" }, SECOND, false],
])("%i with %j and %j means too often: %s", (status, headers, said, limited) => {
  expect(isRateLimited(answer(status, headers, said))).toBe(limited);
});
