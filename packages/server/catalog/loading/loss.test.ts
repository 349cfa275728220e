import { expect, test } from "vitest";
import { lossOf } from "./loss.ts";

const target = { kind: "target", path: "profiles.json" } as const;

test.each([
  [0, 0, null],
  [0, 9, null],
  [1, 1, null],
  [9, 200, null],
  [19, 1, null],
  [20, 2, null],
  [1_000, 100, null],
  [1, 0, "profiles.json names no profile any more, where it named 1."],
  [30, 0, "profiles.json names no profile any more, where it named 30."],
  [20, 1, "profiles.json names 1 profile, where it named 20: less than a tenth is left."],
  [1_000, 99, "profiles.json names 99 profiles, where it named 1000: less than a tenth is left."],
])("of %i profiles %i are left: %s", (before, after, loss) => {
  expect(lossOf(target, before, after)).toBe(loss);
});
