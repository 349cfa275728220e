import { expect, test } from "vitest";
import { semver } from "./semver.ts";

test.each([
  ["1.0.0", "1.0.0", 0],
  ["1.0.0", "1.0.1", -1],
  ["1.0.1", "1.0.0", 1],
  ["1.9.0", "1.10.0", -1],
  ["9.0.0", "10.0.0", -1],
  ["1.2.3", "1.3.0", -1],
  ["0.0.9", "0.1.0", -1],
  ["v1.2.3", "1.2.3", 0],
  ["v1.2.3", "v1.2.4", -1],
  ["1.0.0-alpha", "1.0.0", -1],
  ["1.0.0-rc.1", "1.0.0", -1],
  ["1.0.0", "1.0.0-rc.1", 1],
  ["1.0.0-rc.1", "0.9.9", 1],
  ["1.0.0-alpha", "1.0.0-alpha.1", -1],
  ["1.0.0-alpha.1", "1.0.0-alpha.beta", -1],
  ["1.0.0-alpha.beta", "1.0.0-beta", -1],
  ["1.0.0-beta", "1.0.0-beta.2", -1],
  ["1.0.0-beta.2", "1.0.0-beta.11", -1],
  ["1.0.0-beta.11", "1.0.0-rc.1", -1],
  ["1.0.0-rc.9", "1.0.0-rc.10", -1],
  ["1.0.0-rc9", "1.0.0-rc10", 1],
  ["1.0.0-1", "1.0.0-alpha", -1],
  ["1.0.0-r1", "1.0.0-r2", -1],
  ["1.0.0-RC.1", "1.0.0-rc.1", -1],
  ["1.0.0+a", "1.0.0+b", 0],
  ["1.0.0+build.9", "1.0.0", 0],
  ["1.0.0+99", "1.0.1", -1],
  ["1.0.0-rc.1+5", "1.0.0-rc.1+6", 0],
  ["2024.10.1", "2024.9.30", 1],
  ["1.0", "1.0.0", null],
  ["1.0.0", "1.0", null],
  ["1.0.0", "", null],
  ["latest", "1.0.0", null],
  ["1.0.0.1", "1.0.0", null],
  ["01.0.0", "1.0.0", null],
  ["1.0.0-01", "1.0.0", null],
  ["1.0.0-", "1.0.0", null],
  ["1.0.0-a..b", "1.0.0", null],
  ["99999999999999999999.0.0", "1.0.0", null],
  ["1.0.5rc1", "1.0.5", null],
])("%s against %s is %s", (a, b, expected) => {
  const answer = semver.compare(a, b);
  expect(answer === null ? null : Math.sign(answer)).toBe(expected);
});

test.each([
  ["1.0.0", true, false],
  ["v1.0.0", true, false],
  ["1.0.0-rc.1", true, true],
  ["1.0.0+rc.1", true, false],
  ["1.0.0-0", true, true],
  ["1.0", false, false],
  ["", false, false],
  ["main", false, false],
  [`1.0.0-${"a".repeat(300)}`, false, false],
])("%s: valid %s, prerelease %s", (version, valid, prerelease) => {
  expect(semver.isValid(version)).toBe(valid);
  expect(semver.isPrerelease(version)).toBe(prerelease);
});

const ASCENDING = [
  "0.0.1",
  "0.1.0",
  "1.0.0-alpha",
  "1.0.0-alpha.1",
  "1.0.0-alpha.beta",
  "1.0.0-beta",
  "1.0.0-beta.2",
  "1.0.0-beta.11",
  "1.0.0-rc.1",
  "1.0.0",
  "1.0.1-0",
  "1.0.1",
  "1.2.0",
  "1.10.0",
  "2.0.0",
  "10.0.0",
];

test("§5 compare: orders every pair alike, and a shuffled list back into order", () => {
  for (const [i, a] of ASCENDING.entries()) {
    for (const [j, b] of ASCENDING.entries()) {
      expect(Math.sign(semver.compare(a, b) ?? Number.NaN), `${a} ${b}`).toBe(Math.sign(i - j));
    }
  }
  const shuffled = ASCENDING.map((_, at) => ASCENDING[(at * 7 + 3) % ASCENDING.length] ?? "");
  expect(shuffled).not.toEqual(ASCENDING);
  expect(shuffled.sort((a, b) => semver.compare(a, b) ?? Number.NaN)).toEqual(ASCENDING);
});
