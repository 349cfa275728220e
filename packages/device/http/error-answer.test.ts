import { FAILURE_CODES, type FailureCode } from "@pawl/protocol";
import { expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { errorAnswer } from "./error-answer.ts";

const STATUSES: Partial<Record<FailureCode, number>> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  unknown_app: 404,
  method_not_allowed: 405,
  busy: 409,
  up_to_date: 409,
  no_backup: 409,
  downgrade_refused: 409,
  release_moved: 409,
  payload_too_large: 413,
  rate_limited: 429,
  offline: 502,
  host_error: 502,
  disk_full: 507,
};

test.each(FAILURE_CODES)("%s has its HTTP status", (code) => {
  expect(errorAnswer(new UpdateError(code, "No.")).status).toBe(STATUSES[code] ?? 500);
});

test("§3 rate_limited: tells when to come back: as the host said, else in a minute", () => {
  const retryAt = new Date(Date.now() + 90_500).toISOString();
  const retryAfter = (retry_at: string | null) =>
    Number(errorAnswer(new UpdateError("rate_limited", "Slow down.", { retry_at })).headers["Retry-After"]);
  expect(retryAfter(retryAt)).toBeGreaterThanOrEqual(89);
  expect(retryAfter(retryAt)).toBeLessThanOrEqual(91);
  expect(retryAfter("2020-01-01T00:00:00Z")).toBe(1);
  expect(retryAfter(null)).toBe(60);
});

test("§3 secrets: keeps cause and detail on the device", () => {
  const error = new UpdateError("internal", "A fault.", { detail: "secret", path: "/etc", cause: new Error("secret") });
  expect(errorAnswer(error).body).toEqual({ success: false, error: "A fault.", code: "internal" });
});
