import { expect, test } from "vitest";
import { compareDigits } from "./digits.ts";

test.each([
  ["1", "2", -1],
  ["10", "9", 1],
  ["007", "7", 0],
  ["", "0", 0],
  ["", "1", -1],
  ["9007199254740993", "9007199254740992", 1],
  ["1".repeat(40), "2".repeat(39), 1],
])("%s against %s is %s", (a, b, expected) => {
  expect(Math.sign(compareDigits(a, b))).toBe(expected);
});
