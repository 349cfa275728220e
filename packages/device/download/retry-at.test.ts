import { expect, test } from "vitest";
import { isRateLimited, retryAt } from "./retry-at.ts";

const now = new Date("2026-03-01T12:00:00Z");

test.each([
  [{}, null],
  [{ "retry-after": "90" }, "2026-03-01T12:01:30.000Z"],
  [{ "retry-after": "Sun, 01 Mar 2026 12:05:00 GMT" }, "2026-03-01T12:05:00.000Z"],
  [{ "retry-after": "soon" }, null],
  [{ "x-ratelimit-reset": String(now.getTime() / 1000 + 60) }, "2026-03-01T12:01:00.000Z"],
  [{ "x-ratelimit-reset": "60" }, "2026-03-01T12:01:00.000Z"],
  [{ "retry-after": "1", "x-ratelimit-reset": "60" }, "2026-03-01T12:00:01.000Z"],
  [{ "retry-after": "Sun, 01 Mar 2026 11:00:00 GMT" }, "2026-03-01T12:00:00.000Z"],
  [{ "retry-after": "99999999999999999999" }, "2026-03-02T12:00:00.000Z"],
])("%j allows the next request at %s", (headers, at) => {
  expect(retryAt(new Headers(headers as Record<string, string>), now)?.toISOString() ?? null).toBe(at);
});

test.each([
  [429, {}, true],
  [403, {}, false],
  [403, { "retry-after": "1" }, true],
  [403, { "x-ratelimit-reset": "60" }, true],
  [403, { "x-ratelimit-reset": "60", "x-ratelimit-remaining": "0" }, true],
  [403, { "x-ratelimit-reset": "60", "x-ratelimit-remaining": "57" }, false],
  [500, { "retry-after": "1" }, false],
])("%i with %j means too often: %s", (status, headers, limited) => {
  expect(isRateLimited(status, new Headers(headers as Record<string, string>))).toBe(limited);
});
