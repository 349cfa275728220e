import { describe, expect, test } from "vitest";
import { ServerConfig } from "../config/schema.ts";
import { loadDistributions } from "./facts.ts";
import type { Releases } from "./types.ts";
import { releases } from "./versions.ts";

const [openwrt] = await loadDistributions({});
if (openwrt?.name !== "openwrt") throw new Error("openwrt comes first");

const LIST = {
  stable: "25.12.5",
  oldstable: "24.10.8",
  upcoming: null,
  versions: [
    "25.12.5",
    "25.12.0-rc1",
    "25.12.0",
    "24.10.8",
    "24.10.10",
    "24.10.0-rc2",
    "24.10.0",
    "21.02.7",
    "19.07.10",
  ],
};

describe("releases", () => {
  const all = releases(openwrt, LIST);

  test("has the branches newest first, also those that can't be built", () => {
    expect(all.branches.map(({ name, enabled }) => [name, enabled])).toEqual([
      ["SNAPSHOT", true],
      ["25.12", true],
      ["24.10", true],
      ["21.02", true],
      ["19.07", false],
    ]);
  });

  test("a branch's releases come before its candidates, and its own snapshot last", () => {
    expect(names(all, "24.10")).toEqual(["24.10.10", "24.10.8", "24.10.0", "24.10.0-rc2", "24.10-SNAPSHOT"]);
    expect(names(all, "SNAPSHOT")).toEqual(["SNAPSHOT"]);
  });

  test("only enabled branches give versions", () => {
    expect(all.versions.map(({ name }) => name)).not.toContain("19.07.10");
    expect(all.versions[0]).toEqual({
      distribution: "openwrt",
      name: "SNAPSHOT",
      branch: "SNAPSHOT",
      kind: "snapshot",
      path: "snapshots",
    });
    expect(all.versions.find(({ name }) => name === "24.10-SNAPSHOT")).toMatchObject({
      kind: "snapshot",
      path: "releases/24.10-SNAPSHOT",
    });
    expect(all.versions.find(({ name }) => name === "24.10.0-rc2")?.kind).toBe("candidate");
  });

  test("names what upstream calls stable, and its facts", () => {
    expect([all.stable?.name, all.oldstable?.name, all.upcoming]).toEqual(["25.12.5", "24.10.8", null]);
    expect(all.branches.find(({ name }) => name === "24.10")).toMatchObject({ branchOffRev: 27990, snapshot: false });
  });

  test("a version that is only named as upcoming is one all the same", () => {
    const upcoming = releases(openwrt, { ...LIST, upcoming: "26.04.0-rc1" });
    expect(upcoming.upcoming).toMatchObject({ name: "26.04.0-rc1", branch: "26.04", path: "releases/26.04.0-rc1" });
    expect(upcoming.branches[1]).toMatchObject({ name: "26.04", enabled: true, branchOffRev: null });
  });

  test("a branch without versions isn't there", () => {
    expect(all.branches.map(({ name }) => name)).not.toContain("23.05");
  });

  test("a tree without a list has what is declared, the newest release as stable, and no snapshots of branches", () => {
    const declared = { ...openwrt, versions: ["23.05.3", "23.05.2"], branches: [] };
    const own = releases(declared, null);
    expect(own.versions.map(({ name }) => name)).toEqual(["23.05.3", "23.05.2"]);
    expect(own.stable?.name).toBe("23.05.3");
    expect(releases({ ...declared, stableVersion: "23.05.2" }, null).stable?.name).toBe("23.05.2");
  });

  test("a distribution with a parent lies where the parent's release does", async () => {
    const { distributions } = ServerConfig.parse({ distributions: { lime: { enabled: true } } });
    const lime = (await loadDistributions(distributions)).find(({ name }) => name === "lime");
    if (!lime) throw new Error("lime is enabled");
    const own = releases(lime, null);
    expect(own.versions.map(({ name, path }) => [name, path])).toEqual([
      ["testing", "releases/23.05.6"],
      ["master", "releases/23.05.6"],
    ]);
  });

  test("a named stable version of a branch that is disabled is none", () => {
    expect(releases(openwrt, { ...LIST, stable: "19.07.10" }).stable).toBeNull();
  });
});

function names(all: Releases, branch: string): string[] {
  return all.branches.find(({ name }) => name === branch)?.versions.map(({ name }) => name) ?? [];
}
