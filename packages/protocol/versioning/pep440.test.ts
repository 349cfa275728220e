import { expect, test } from "vitest";
import { normalizePep440, pep440 } from "./pep440.ts";

test.each([
  ["1.0.5", "1.0.5", 0],
  ["1.0.5", "1.0.6", -1],
  ["1.0.10", "1.0.9", 1],
  ["1.0", "1.0.0", 0],
  ["1", "1.0.0.0", 0],
  ["1.0.0.1", "1.0.0", 1],
  ["v1.0.5", "1.0.5", 0],
  ["1.0.6.dev450", "1.0.5", 1],
  ["1.0.6.dev450", "1.0.6", -1],
  ["1.0.6.dev9", "1.0.6.dev10", -1],
  ["1.0.6.dev191", "1.0.6.dev191+g1234", 0],
  ["1.0.5rc1", "1.0.5", -1],
  ["1.0.5rc1", "1.0.4", 1],
  ["1.0.5rc9", "1.0.5rc10", -1],
  ["1.0.5a1", "1.0.5b1", -1],
  ["1.0.5b2", "1.0.5rc1", -1],
  ["1.0.5.dev1", "1.0.5a1", -1],
  ["1.0.5a1.dev1", "1.0.5a1", -1],
  ["1.0.5rc1.dev3", "1.0.5rc1", -1],
  ["1.0.5rc1.post1", "1.0.5rc1", 1],
  ["1.0.5.post1", "1.0.5", 1],
  ["1.0.5.post1", "1.0.6", -1],
  ["1.0.5.post1", "1.0.6.dev1", -1],
  ["1.0.5.post1.dev1", "1.0.5.post1", -1],
  ["1.0.5.post1.dev1", "1.0.5", 1],
  ["1.0.5.post2", "1.0.5.post10", -1],
  ["1!1.0", "2.0", 1],
  ["1!1.0", "1!1.1", -1],
  ["0!1.0", "1.0", 0],
  ["2!0.1", "1!9.9", 1],
  ["1.0.5+g1234", "1.0.5+gabcd", 0],
  ["1.0.5+g1234", "1.0.5", 0],
  ["1.0.5+local.9", "1.0.6", -1],
  ["1.0.5-1", "1.0.5.post1", 0],
  ["1.0.5-rc.1", "1.0.5rc1", 0],
  ["1.0.5c1", "1.0.5rc1", 0],
  ["1.0.5.preview1", "1.0.5rc1", 0],
  ["1.0.5alpha", "1.0.5a0", 0],
  ["1.0.5.rev2", "1.0.5.post2", 0],
  ["1.0.5RC1", "1.0.5rc1", 0],
  ["1.0.dev", "1.0.dev0", 0],
  ["2024.10.1", "2024.9.30", 1],
  ["2024.01.09", "2024.1.9", 0],
  ["1.0.5.final", "1.0.5", null],
  ["1.0.5", "main", null],
  ["", "1.0.5", null],
  ["1.0.5+", "1.0.5", null],
  ["1.0.5+g_", "1.0.5", null],
  ["1..5", "1.0.5", null],
  ["1.0.5.", "1.0.5", null],
  ["1.0.5 rc1", "1.0.5", null],
])("%s against %s is %s", (a, b, expected) => {
  const answer = pep440.compare(a, b);
  expect(answer === null ? null : Math.sign(answer)).toBe(expected);
});

test.each([
  ["1.0.5", true, false],
  ["1.0.5.post1", true, false],
  ["1.0.5+g1234", true, false],
  ["1.0.5rc1", true, true],
  ["1.0.5.dev3", true, true],
  ["1.0.5.post1.dev1", true, true],
  ["1!1.0b2", true, true],
  ["v2", true, false],
  ["1.0.5-beta-unknown", false, false],
  ["", false, false],
  ["main", false, false],
])("%s: valid %s, prerelease %s", (version, valid, prerelease) => {
  expect(pep440.isValid(version)).toBe(valid);
  expect(pep440.isPrerelease(version)).toBe(prerelease);
});

const ASCENDING = [
  "0.9",
  "1.0.dev1",
  "1.0a1.dev1",
  "1.0a1",
  "1.0a2",
  "1.0b1",
  "1.0rc1.dev2",
  "1.0rc1",
  "1.0rc1.post1",
  "1.0rc2",
  "1.0",
  "1.0.post1.dev1",
  "1.0.post1",
  "1.0.1.dev4",
  "1.0.1",
  "1.1",
  "1.10",
  "2.0",
  "1!0.1",
  "1!1.0",
];

test("§5 compare: orders every pair alike, and a shuffled list back into order", () => {
  for (const [i, a] of ASCENDING.entries()) {
    for (const [j, b] of ASCENDING.entries()) {
      expect(Math.sign(pep440.compare(a, b) ?? Number.NaN), `${a} ${b}`).toBe(Math.sign(i - j));
    }
  }
  const shuffled = ASCENDING.map((_, at) => ASCENDING[(at * 7 + 3) % ASCENDING.length] ?? "");
  expect(shuffled).not.toEqual(ASCENDING);
  expect(shuffled.sort((a, b) => pep440.compare(a, b) ?? Number.NaN)).toEqual(ASCENDING);
});

test.each([
  ["1.0.5", "1.0.5"],
  [" v1.0.0-RC.1 ", "1.0.0rc1"],
  ["1.0alpha", "1.0a0"],
  ["1.0-preview_2", "1.0rc2"],
  ["1.0-3", "1.0.post3"],
  ["1.0.rev2", "1.0.post2"],
  ["1.0DEV", "1.0.dev0"],
  ["01.02", "1.2"],
  ["0!1.0", "1.0"],
  ["2!1.0", "2!1.0"],
  ["1.0+Ubuntu-1_02", "1.0+ubuntu.1.2"],
  ["20240101123456.1", "20240101123456.1"],
  ["99999999999999999999.1", null],
  ["1.0-final-cut", null],
  ["", null],
])("%s is spelled %s", (version, normal) => {
  expect(normalizePep440(version)).toBe(normal);
});
