import { expect, test } from "vitest";
import { buildSeconds, canDrop, canRetry } from "./build-actions.ts";

test.each([
  ["failed", null, true],
  ["queued", "the next try", true],
  ["queued", null, "waits-its-turn"],
  ["running", null, "runs"],
  ["done", null, "done"],
  ["withdrawn", null, "dropped"],
] as const)("a build that is %s (%s) may be retried: %s", (state, waits_for, expected) => {
  expect(canRetry({ state, waits_for }, true)).toBe(expected);
});

test("whoever isn't signed in may do neither", () => {
  expect(canRetry({ state: "failed", waits_for: null }, false)).toBe("signed-out");
  expect(canDrop({ state: "done" }, false)).toBe("signed-out");
});

test.each([
  ["queued", true],
  ["running", true],
  ["done", true],
  ["failed", true],
  ["withdrawn", "dropped"],
] as const)("a build that is %s may be dropped: %s", (state, expected) =>
  expect(canDrop({ state }, true)).toBe(expected),
);

test("a build has taken no time before it begins, and never less than none", () => {
  const now = Date.parse("2026-01-01T00:01:00Z");
  expect(buildSeconds({ started_at: null, finished_at: null }, now)).toBeNull();
  expect(buildSeconds({ started_at: "2026-01-01T00:00:00Z", finished_at: null }, now)).toBe(60);
  expect(buildSeconds({ started_at: "2026-01-01T00:00:00Z", finished_at: "2026-01-01T00:00:09Z" }, now)).toBe(9);
  expect(buildSeconds({ started_at: "2026-01-01T00:02:00Z", finished_at: null }, now)).toBe(0);
});
