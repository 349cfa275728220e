import { expect, test } from "vitest";
import { usualVersion, versionCaution, versionGroups } from "./version-groups.ts";

const of = (name: string, kind: "release" | "candidate" | "snapshot") => ({
  name,
  kind,
  branch: name.slice(0, 5),
  distribution: "openwrt",
  path: `releases/${name}`,
});
const versions = [
  of("26.05.0-rc1", "candidate"),
  of("25.12.1", "release"),
  of("25.12.0", "release"),
  of("24.10.5", "release"),
  of("25.12-SNAPSHOT", "snapshot"),
  of("SNAPSHOT", "snapshot"),
];
const stable = { stable: "25.12.1", oldstable: "24.10.5", upcoming: "26.05.0-rc1" };

test("the stable ones come first, each version once", () => {
  expect(versionGroups(versions, stable)).toEqual({
    first: [
      { name: "25.12.1", as: "stable" },
      { name: "24.10.5", as: "oldstable" },
    ],
    release: ["25.12.0"],
    candidate: ["26.05.0-rc1"],
    snapshot: ["25.12-SNAPSHOT", "SNAPSHOT"],
  });
  const none = { stable: null, oldstable: null, upcoming: null };
  expect(versionGroups([], none)).toEqual({ first: [], release: [], candidate: [], snapshot: [] });
});

test("of a distribution that another one continues nothing is chosen", () => {
  expect(versionGroups([], stable).first).toEqual([]);
  expect(usualVersion([], stable)).toBeNull();
  expect(usualVersion(versions, stable)).toBe("25.12.1");
  expect(usualVersion(versions, { ...stable, stable: null })).toBe("26.05.0-rc1");
  expect(usualVersion(versions, { ...stable, stable: null, upcoming: null })).toBe("26.05.0-rc1");
});

test.each([
  ["25.12.1", null],
  ["24.10.5", "old"],
  ["26.05.0-rc1", "candidate"],
  ["SNAPSHOT", "snapshot"],
  ["9.9", null],
])("who takes %s is told: %s", (name, caution) => expect(versionCaution(name, versions, stable)).toBe(caution));
