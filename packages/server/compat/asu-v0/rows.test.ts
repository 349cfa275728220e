import { expect, test } from "vitest";
import type { Distribution, Releases, Version } from "../../catalog/types.ts";
import { distroRow, latestOf, profileRows, targetRows, versionRows } from "./rows.ts";

const OPENWRT: Distribution = {
  name: "openwrt",
  title: "OpenWrt",
  description: "For routers",
  upstreamUrl: "https://downloads.example",
  canonicalUrl: "https://downloads.example",
  continuedBy: null,
  branches: [],
  parent: null,
  repositories: [],
  keys: { usign: [], apk: [] },
  startingPoints: [],
};

function version(name: string, kind: Version["kind"] = "release"): Version {
  return { distribution: "openwrt", name, branch: "24.10", kind, path: `releases/${name}` };
}

const VERSIONS = [version("SNAPSHOT", "snapshot"), version("25.12.0-rc1", "candidate"), version("24.10.5")];

function releases(stable: Version | null, versions: readonly Version[] = VERSIONS): Releases {
  return { stable, oldstable: null, upcoming: null, branches: [], versions };
}

const KNOWN = { digest: "d", trust: "unsigned" as const, trouble: null, changedAt: new Date(0) };

test("/api/distros: a row has the five fields of the view, and its latest is stable, never an rc", () => {
  expect(distroRow(OPENWRT, 0, releases(version("24.10.5")))).toEqual({
    distro_id: 1,
    distro: "openwrt",
    distro_alias: "OpenWrt",
    distro_description: "For routers",
    latest: "24.10.5",
  });
  expect(distroRow(OPENWRT, 1, null)).toMatchObject({ distro_id: 2, latest: "" });
});

test("latest of a distribution that has no stable release is its newest other than a candidate", () => {
  expect(latestOf(releases(null))).toBe("snapshots");
  expect(latestOf(releases(null, [version("25.12.0-rc1", "candidate")]))).toBeNull();
});

test("/api/versions: SNAPSHOT is listed as snapshots, and a new release leaves the others their numbers", () => {
  const rows = versionRows(OPENWRT, 0, releases(null));
  expect(rows.map(({ version_id, version, snapshots }) => [version_id, version, snapshots])).toEqual([
    [10_003, "snapshots", true],
    [10_002, "25.12.0-rc1", false],
    [10_001, "24.10.5", false],
  ]);
  expect(Object.keys(rows[0] ?? {})).toEqual([
    "version_id",
    "distro",
    "distro_alias",
    "version",
    "version_alias",
    "version_description",
    "snapshots",
  ]);
});

test("/api/v1/supported: a row for each target, by name", () => {
  const [, , row] = versionRows(OPENWRT, 0, releases(null));
  const value = new Map([
    ["x86/64", "x86_64"],
    ["ath79/generic", "mips_24kc"],
  ]);
  const rows = row ? targetRows(row, { ...KNOWN, value, checkedAt: new Date("2026-01-02T03:04:05.678Z") }) : [];
  expect(rows.map(({ target_id, target }) => [target_id, target])).toEqual([
    [10_001_001, "ath79/generic"],
    [10_001_002, "x86/64"],
  ]);
  expect(rows[0]).toMatchObject({ supported: true, last_sync: "2026-01-02T03:04:05", version: "24.10.5" });
});

test("/api/models: a row for each title that contains the words; % and _ are letters", () => {
  const [, , row] = versionRows(OPENWRT, 0, releases(null));
  const models = [
    {
      profile: "tplink_archer-c7-v2",
      target: "ath79/generic",
      titles: [{ vendor: "TP-Link", model: "Archer C7", variant: "v2" }, { title: "TP-Link Archer C7 EU" }],
    },
    { profile: "generic", target: "x86/64", titles: [{ vendor: "Generic", model: "x86/64" }] },
    { profile: "nameless", target: "x86/64", titles: [] },
  ];
  const search = (words: string) => (row ? profileRows(row, models, words).map(({ model }) => model) : []);
  expect(search("archer c7")).toEqual(["TP-Link Archer C7 v2", "TP-Link Archer C7 EU"]);
  expect(search("ARCHER C7 V2")).toEqual(["TP-Link Archer C7 v2"]);
  expect(search("nameless")).toEqual(["nameless"]);
  expect(search("")).toHaveLength(4);
  expect(search("%")).toEqual([]);
  expect(search("x86_64")).toEqual([]);
  const [first] = row ? profileRows(row, models, "v2") : [];
  expect(first).toMatchObject({ target: "ath79/generic", profile: "tplink_archer-c7-v2", target_id: 10_001_001 });
});
