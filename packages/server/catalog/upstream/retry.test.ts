import { expect, test } from "vitest";
import { UpstreamError, type UpstreamErrorCode, type UpstreamErrorDetails } from "./error.ts";
import { DEFAULT_RETRY, type RetryPolicy, withRetry } from "./retry.ts";

const failing = (code: UpstreamErrorCode, details: UpstreamErrorDetails = {}) => new UpstreamError(code, code, details);

async function pausesOf(error: unknown, changes: Partial<RetryPolicy> = {}): Promise<number[]> {
  const pauses: number[] = [];
  const pause = async (ms: number) => void pauses.push(ms);
  const policy = { ...DEFAULT_RETRY, attempts: 4, random: () => 0.5, pause, ...changes };
  await expect(withRetry(() => Promise.reject(error), policy, undefined)).rejects.toBe(error);
  return pauses;
}

test.each([
  ["a mirror that is down", failing("mirror_down"), [250, 500, 1000]],
  ["a body that was cut", failing("truncated"), [250, 500, 1000]],
  ["503", failing("http_status", { upstreamStatus: 503 }), [250, 500, 1000]],
  ["503 that says when", failing("http_status", { upstreamStatus: 503, retryAfter: 1 }), [1000, 1000, 1000]],
  ["503 that wants a long pause", failing("http_status", { upstreamStatus: 503, retryAfter: 60 }), []],
  ["403", failing("http_status", { upstreamStatus: 403 }), []],
  ["what isn't there", failing("not_found", { upstreamStatus: 404 }), []],
  ["a wrong signature", failing("signature_wrong"), []],
  ["too long a wait", failing("timeout"), []],
  ["a fault of our own", new TypeError("oops"), []],
])("pauses after %s", async (_, error, pauses) => {
  expect(await pausesOf(error)).toEqual(pauses);
});

test("spreads its pauses by a fifth to both sides, and lets none grow over the longest", async () => {
  expect(await pausesOf(failing("mirror_down"), { random: () => 0 })).toEqual([200, 400, 800]);
  expect(await pausesOf(failing("mirror_down"), { random: () => 1, longestPauseMs: 300 })).toEqual([300, 360, 360]);
});

test("doesn't wait any more when the wait is over", async () => {
  const over = AbortSignal.abort(new Error("the server stops"));
  const read = () => Promise.reject(failing("mirror_down"));
  await expect(withRetry(read, { ...DEFAULT_RETRY, attempts: 9 }, over)).rejects.toThrow("aborted");
});
