import { expect, test } from "vitest";
import { parseRange } from "./range.ts";

test.each([
  ["18", "18.19.1", true],
  ["18", "v20.1.0", true],
  ["18", "16.20.2", false],
  ["18.19", "18.18.9", false],
  [" 18.19.1 ", "18.19.1", true],
  ["v18.19.1", "18.19.0", false],
  ["1.2.0-rc.1", "1.2.0", true],
  ["1.2.0-rc.1", "1.2.0-beta.1", false],
  [">=18.19", "18.19.1", true],
  [">=18.19 <20", "20.0.0", false],
  ["^1.2 || 3.x", "2.0.0", false],
  ["^1.2 || 3.x", "3.9.9", true],
  ["1.2 - 1.4", "1.4.7", true],
  ["*", "0.0.0-source", true],
  ["0.1", "0.0.0-source", false],
  ["3.11", "3.13.0rc1", true],
  ["3.11", "3.12.1+", true],
  ["3.11", "3.9", false],
  [">=3.9 <3.12", "3.12.0", false],
  ["3", "no version at all", false],
])("of %j and %s it says %s", (range, version, isIn) => {
  expect(parseRange(range)?.includes(version)).toBe(isIn);
});

test.each(["banana", ">=banana", "1.2.3.4", ">", "18,20", "&"])("%j is no range", (text) => {
  expect(parseRange(text)).toBeNull();
});

test.each([
  ["20", "20 or later"],
  [" 1.2.0 ", "1.2.0 or later"],
  [">=20", ">=20"],
  ["^1.2 || 3.x", "^1.2 || 3.x"],
])("in words %j is %j", (text, words) => {
  expect(parseRange(text)?.words).toBe(words);
});
