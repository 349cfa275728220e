import { expect, test } from "vitest";
import { opkg } from "./opkg.ts";
import { goldenTable, SIGNS } from "./testdata/golden-table.ts";

test.each(goldenTable("opkg-versions.tsv"))("as opkg has it: %s against %s is %s", (a = "", b = "", sign = "") => {
  expect(Math.sign(opkg.compare(a, b) ?? Number.NaN)).toBe(SIGNS[sign]);
  expect(Math.sign(opkg.compare(b, a) ?? Number.NaN)).toBe(0 - (SIGNS[sign] ?? Number.NaN));
});

test.each([
  ["1.0", true, false],
  ["1:1.0-r1", true, false],
  ["git-17.230.25723-2163284-1", true, false],
  ["1.0_beta", true, false],
  ["1.0~rc1", true, true],
  ["1.0~rc1-r2", true, true],
  ["1.0~beta", true, true],
  ["2024.03.29~eb9bcb64-r1", true, false],
  ["6.6.67~0123456789abcdef0123456789abcdef-r1", true, false],
  ["1.0~rc1~eb9bcb64-r1", true, true],
  ["", false, false],
  ["1.0 beta", false, false],
  ["a:1.0", false, false],
  ["1:", false, false],
  ["-r1", false, false],
  ["../1.0", false, false],
])("%s: valid %s, prerelease %s", (version, valid, prerelease) => {
  expect(opkg.isValid(version)).toBe(valid);
  expect(opkg.isPrerelease(version)).toBe(prerelease);
});

test("says nothing about what is no version", () => {
  expect(opkg.compare("1.0", "")).toBe(null);
  expect(opkg.compare("", "1.0")).toBe(null);
});
