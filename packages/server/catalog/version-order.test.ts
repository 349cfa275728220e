import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { branchOf, compareVersions, versionKind } from "./version-order.ts";

/** Oldest first, as they came out. */
const IN_ORDER = [
  "15.05.1",
  "17.01.0",
  "17.01.7",
  "18.06.0-rc1",
  "18.06.0-rc2",
  "18.06.0",
  "18.06.2",
  "19.07.9",
  "19.07.10",
  "21.02.0-rc4",
  "21.02.0",
  "24.10.0-rc1",
  "24.10.0-rc7",
  "24.10.0-rc10",
  "24.10.0",
  "24.10.9",
  "24.10.10",
  "24.10-SNAPSHOT",
  "25.12.0-rc1",
  "25.12.0",
  "25.12-SNAPSHOT",
  "SNAPSHOT",
];

describe("compareVersions", () => {
  test("puts versions in the order they came out in", () => {
    for (const [i, a] of IN_ORDER.entries()) {
      for (const [j, b] of IN_ORDER.entries()) {
        expect(Math.sign(compareVersions(a, b)), `${a} and ${b}`).toBe(Math.sign(i - j));
      }
    }
  });

  test.each([
    ["24.10", "24.10.0-rc1", 1],
    ["24.10.0-beta1", "24.10.0-rc1", -1],
    ["master", "24.10.1", 1],
    ["master", "testing", -1],
    ["24.10.0", "24.10.0-r2", -1],
  ])("%s against %s is %i", (a, b, expected) => {
    expect(Math.sign(compareVersions(a, b))).toBe(expected);
    expect(Math.sign(compareVersions(b, a))).toBe(-expected);
  });

  test("orders any names the same way each time", () => {
    const name = fc.oneof(
      fc.constantFrom(...IN_ORDER),
      fc.string({ maxLength: 12 }),
      fc.stringMatching(/^\d{1,3}(\.\d{1,2}){0,3}(-(rc|beta|alpha)\d?|-SNAPSHOT)?$/),
    );
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a))).toBe(0);
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2_000 },
    );
  });
});

test.each([
  ["24.10.1", "24.10", "release"],
  ["24.10.0-rc1", "24.10", "candidate"],
  ["24.10-SNAPSHOT", "24.10", "snapshot"],
  ["SNAPSHOT", "SNAPSHOT", "snapshot"],
  ["master", "master", "release"],
  ["2024.1", "2024.1", "release"],
])("%s is of branch %s and a %s", (version, branch, kind) => {
  expect(branchOf(version)).toBe(branch);
  expect(versionKind(version)).toBe(kind);
});
