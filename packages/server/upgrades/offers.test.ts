import { expect, test } from "vitest";
import type { Branch, Releases, Version } from "../catalog/types.ts";
import { branchOf } from "../catalog/version-order.ts";
import { isNewRelease, offers, revisionNumber } from "./offers.ts";
import { versionOf } from "./upgrade-fixture.ts";

const NAMES = [
  "SNAPSHOT",
  "26.05.0-rc1",
  "25.12.1",
  "25.12.0",
  "24.10-SNAPSHOT",
  "24.10.5",
  "24.10.4",
  "23.05.6",
  "22.03.7",
];

function releases(stable: string | null, names: readonly string[] = NAMES): Releases {
  const versions: Version[] = names.map(versionOf);
  const branches = [...new Set(names.map(branchOf))].map((name): Branch => {
    const facts = { name, enabled: true, path: "", snapshot: name === "SNAPSHOT", branchOffRev: null };
    return { ...facts, versions: versions.filter(({ branch }) => branch === name) };
  });
  const stableVersion = stable === null ? null : versionOf(stable);
  return { stable: stableVersion, oldstable: null, upcoming: versionOf("26.05.0-rc1"), branches, versions };
}

test.each<[string, string[]]>([
  ["25.12.1", ["25.12.1"]],
  ["25.12.0", ["25.12.1", "25.12.0"]],
  ["24.10.4", ["25.12.1", "24.10.5", "24.10.4"]],
  ["22.03.7", ["25.12.1", "24.10.5", "23.05.6", "22.03.7"]],
  ["25.12.0-rc2", ["25.12.1", "25.12.0-rc2"]],
  ["26.05.0-rc1", ["26.05.0-rc1"]],
  ["SNAPSHOT", ["SNAPSHOT"]],
  ["24.10-SNAPSHOT", ["24.10-SNAPSHOT"]],
])("%s may go to %j, best first", (installed, expected) => {
  expect(offers(installed, versionOf(installed), releases("25.12.1")).map(({ name }) => name)).toEqual(expected);
});

test("a starting point isn't offered itself", () => {
  expect(offers("18.06.2", null, releases("25.12.1")).map(({ name }) => name)).toEqual([
    "25.12.1",
    "24.10.5",
    "23.05.6",
    "22.03.7",
  ]);
});

test("without a word on what is stable the newest release is", () => {
  expect(offers("18.06.2", null, releases(null))[0]?.name).toBe("25.12.1");
  expect(offers("18.06.2", null, releases(null, ["SNAPSHOT"]))).toEqual([]);
  expect(offers("26.05.0-rc1", versionOf("26.05.0-rc1"), releases(null, ["26.05.0-rc1"]))[0]?.name).toBe("26.05.0-rc1");
});

test.each<[string, string | null, string, string | null, boolean]>([
  ["24.10.1", null, "25.12.1", null, true],
  ["25.12.1", "r1-a", "25.12.1", "r2-b", false],
  ["SNAPSHOT", "r100-aaaa", "SNAPSHOT", "r100-aaaa", false],
  ["SNAPSHOT", "r99-aaaa", "SNAPSHOT", "r100-bbbb", true],
  ["SNAPSHOT", "r101-aaaa", "SNAPSHOT", "r100-bbbb", false],
  ["SNAPSHOT", "r100-aaaa", "SNAPSHOT", "r100-bbbb", true],
  ["SNAPSHOT", null, "SNAPSHOT", "r100-bbbb", true],
  ["SNAPSHOT", "homemade", "SNAPSHOT", "r100-bbbb", true],
])("%s %s against %s %s is new: %s", (version, revision, offered, offeredRevision, expected) => {
  expect(isNewRelease({ version, revision }, { version: versionOf(offered), revision: offeredRevision })).toBe(
    expected,
  );
});

test.each([
  ["r28427-6df0e3d02a", 28427],
  ["r28427+12-6df0e3d02a", 28427],
  ["r28427", 28427],
  ["28427", null],
  ["r99999999999999-a", null],
  ["", null],
  [null, null],
])("the revision number of %j is %j", (revision, number) => {
  expect(revisionNumber(revision)).toBe(number);
});
