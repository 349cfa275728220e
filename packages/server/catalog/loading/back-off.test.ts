import { expect, test } from "vitest";
import { untilNextRefresh, untilNextTry } from "./back-off.ts";

const TIMING = { refresh: 600_000, indexRefresh: 3_600_000, pause: 30_000 };
const [never, always] = [() => 0, () => 1];

test.each([
  ["versions", 1, null, 30_000],
  ["versions", 2, null, 60_000],
  ["versions", 5, null, 480_000],
  ["versions", 9, null, 600_000],
  ["index", 9, null, 3_600_000],
  ["index", 10_000, null, 3_600_000],
  ["versions", 1, 120, 120_000],
  ["versions", 1, 999_999, 3_600_000],
] as const)(
  "%s after %i failures, asked to wait %s s, is tried after %i ms",
  (kind, failures, retryAfter, expected) => {
    expect(untilNextTry(kind, failures, TIMING, retryAfter, never)).toBe(expected);
    expect(untilNextTry(kind, failures, TIMING, null, always)).toBeLessThanOrEqual(1.4 * 3_600_000);
  },
);

test("refreshes are spread by a tenth around their interval", () => {
  expect([untilNextRefresh("target", TIMING, never), untilNextRefresh("target", TIMING, always)]).toEqual([
    540_000, 660_000,
  ]);
  expect(untilNextRefresh("index", TIMING, () => 0.5)).toBe(3_600_000);
});
