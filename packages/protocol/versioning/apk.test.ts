import { expect, test } from "vitest";
import { apk } from "./apk.ts";
import { goldenTable, SIGNS } from "./testdata/golden-table.ts";
import { madeUp } from "./testdata/made-up.ts";

test.each(goldenTable("apk-versions.tsv"))("as apk has it: %s against %s is %s", (a = "", b = "", sign = "") => {
  expect(Math.sign(apk.compare(a, b) ?? Number.NaN)).toBe(SIGNS[sign]);
  expect(Math.sign(apk.compare(b, a) ?? Number.NaN)).toBe(0 - (SIGNS[sign] ?? Number.NaN));
});

test.each(goldenTable("apk-invalid.tsv"))("as apk has it: '%s' is no version", (version = "") => {
  expect(apk.isValid(version)).toBe(false);
  expect(apk.compare(version, "1.0")).toBe(null);
  expect(apk.compare("1.0", version)).toBe(null);
  expect(apk.isPrerelease(version)).toBe(false);
});

test.each([
  ["1.0", true, false],
  ["1", true, false],
  ["1.0a", true, false],
  ["1.0_alpha", true, true],
  ["1.0_beta2-r3", true, true],
  ["1.0_pre", true, true],
  ["1.0_rc1_p1", true, true],
  ["1.0_git20240101_rc1", true, true],
  ["1.0_git20240101", true, false],
  ["1.0_p1", true, false],
  ["2024.03.29~eb9bcb64-r1", true, false],
  ["1.0_rc1~0123456789abcdef-r10", true, true],
  ["1.0ab", false, false],
  ["1.0a1", false, false],
  ["1.0a.1", false, false],
  ["1.0_rc1.2", false, false],
  ["1.0_rcx", false, false],
  ["1.0_", false, false],
  ["1.0_RC1", false, false],
  ["1.0A", false, false],
  ["1.0~xyz", false, false],
  ["1.0~EB9BCB64", false, false],
  ["1.0-r1-r2", false, false],
  ["1.0-r1_p1", false, false],
  ["1.0-r1~abc", false, false],
  ["1.0~abc~abd", false, false],
  ["1.0.", false, false],
  [".1", false, false],
  ["1.0 ", false, false],
  ["1.0\n", false, false],
  ["main", false, false],
])("%s: valid %s, prerelease %s", (version, valid, prerelease) => {
  expect(apk.isValid(version)).toBe(valid);
  expect(apk.isPrerelease(version)).toBe(prerelease);
});

const ASCENDING = [
  "0.9",
  "1_alpha",
  "1_alpha1",
  "1_rc1_beta",
  "1_rc1",
  "1_rc1_p1",
  "1",
  "1-r0",
  "1-r9",
  "1-r10",
  "1~0a-r1",
  "1~0a0",
  "1_cvs",
  "1_svn",
  "1_git",
  "1_git9",
  "1_git10",
  "1_hg",
  "1_p",
  "1a",
  "1a_p1",
  "1b",
  "1.0",
  "1.00",
  "1.01",
  "1.09",
  "1.1",
  "1.2",
  "1.10",
  "9",
  "10",
  "99999999999999999998",
  "99999999999999999999",
];

test("orders every pair alike", () => {
  for (const [i, a] of ASCENDING.entries()) {
    for (const [j, b] of ASCENDING.entries()) {
      expect(Math.sign(apk.compare(a, b) ?? Number.NaN), `${a} ${b}`).toBe(Math.sign(i - j));
    }
  }
});

test("is the same order from both ends, and leads nowhere in a circle", () => {
  const pieces = [
    "1",
    "0",
    "2",
    "10",
    ".1",
    ".01",
    ".0",
    ".2",
    "a",
    "b",
    "_rc",
    "_p",
    "_git",
    "_alpha",
    "~ab",
    "-r1",
    "-r",
  ];
  const versions = [...new Set(madeUp(pieces, 4000).filter(apk.isValid))];
  expect(versions.length).toBeGreaterThan(300);
  const order = (a: string, b: string) => Math.sign(apk.compare(a, b) ?? Number.NaN);
  const sorted = [...versions].sort(order);
  for (const [i, a] of sorted.entries()) {
    expect(order(a, a), a).toBe(0);
    for (const b of sorted.slice(i + 1)) {
      expect(order(a, b), `${a} ${b}`).toBeLessThanOrEqual(0);
      expect(order(a, b) + order(b, a), `${a} ${b}`).toBe(0);
    }
  }
});
