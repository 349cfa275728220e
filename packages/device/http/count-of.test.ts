import { expect, test } from "vitest";
import { countOf } from "./count-of.ts";

test.each([
  ["1", 1],
  ["40", 40],
  ["101", 100],
  ["999999999", 100],
  [undefined, 40],
  ["", 40],
  ["0", 40],
  ["-5", 40],
  ["1.5", 40],
  ["1e3", 40],
  ["many", 40],
  ["99999999999999999999", 40],
])("limit %s means %s", (text, expected) => {
  expect(countOf(text, { most: 100, otherwise: 40 })).toBe(expected);
});
