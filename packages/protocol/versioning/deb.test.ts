import { expect, test } from "vitest";
import { deb } from "./deb.ts";

test.each([
  ["1.0", "1.0", 0],
  ["1.0-0", "1.0", 0],
  ["0:1.0", "1.0", 0],
  ["01:1.0", "1:1.0", 0],
  ["1.0", "1.0-1", -1],
  ["1.0~rc1-1", "1.0-1", -1],
  ["1.0~~", "1.0~", -1],
  ["1.0~~a", "1.0~", -1],
  ["1.0-1~bpo12+1", "1.0-1", -1],
  ["1.0-1+b1", "1.0-1", 1],
  ["1.0+dfsg-1", "1.0-1", 1],
  ["1.0+g1234", "1.0", 1],
  ["1.0a", "1.0+", -1],
  ["1.0a", "1.0.1", -1],
  ["1:0.1", "2.0", 1],
  ["1.0-1-1", "1.0-2", 1],
  ["1.9", "1.10", -1],
  ["1.02", "1.2", 0],
  ["2024.10.1", "2024.9.30", 1],
  ["1.0.99999999999999999999", "1.0.99999999999999999998", 1],
  ["1.0_1", "1.0", null],
  ["1.0", "main", null],
  ["", "1.0", null],
])("%s against %s is %s", (a, b, expected) => {
  const [there, back] = [deb.compare(a, b), deb.compare(b, a)];
  expect(there === null ? null : Math.sign(there)).toBe(expected);
  expect(back === null ? null : Math.sign(back)).toBe(expected === null ? null : 0 - expected);
});

test.each([
  ["1.0", true, false],
  ["1:1.0-1", true, false],
  ["1:1:1", true, false],
  ["2147483647:1", true, false],
  ["1.0~rc1-1", true, true],
  ["1.0~rc1", true, true],
  ["1.0-1~bpo12+1", true, false],
  ["1.0-1-1", true, false],
  ["2147483648:1", false, false],
  ["1.0-", false, false],
  ["1:", false, false],
  [":1", false, false],
  ["a:1", false, false],
  ["1.0:1", false, false],
  ["1:1-1:1", false, false],
  ["~1", false, false],
  ["a~1", false, false],
  ["v1.0", false, false],
  ["1.0_1", false, false],
  [" 1.0", false, false],
  ["1.0\n", false, false],
  ["", false, false],
])("%s: valid %s, prerelease %s", (version, valid, prerelease) => {
  expect(deb.isValid(version)).toBe(valid);
  expect(deb.isPrerelease(version)).toBe(prerelease);
});
