import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServerConfig } from "../config/schema.ts";
import { loadDistributions } from "./facts.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "facts-"));
});
afterAll(() => rm(folder, { recursive: true }));

const configured = (distributions: unknown) => loadDistributions(ServerConfig.parse({ distributions }).distributions);

describe("loadDistributions", () => {
  test("ships OpenWrt and LEDE; LibreMesh is off", async () => {
    const shipped = await configured({});
    expect(shipped.map(({ name, title }) => [name, title])).toEqual([
      ["openwrt", "OpenWrt"],
      ["lede", "LEDE"],
    ]);
    const openwrt = shipped[0];
    expect(openwrt?.branches.map(({ name, branchOffRev }) => [name, branchOffRev])).toEqual([
      ["SNAPSHOT", null],
      ["25.12", 32295],
      ["24.10", 27990],
      ["23.05", 23069],
      ["22.03", 19160],
      ["21.02", 15812],
    ]);
    const points = openwrt?.startingPoints.map(({ version }) => version) ?? [];
    expect(points[0]).toBe("19.07.10");
    expect(points).toEqual(expect.arrayContaining(["18.06.0", "18.06.1", "18.06.2", "17.01.4"]));
  });

  test("LEDE's devices are offered what OpenWrt has, wherever that is read from", async () => {
    const [openwrt, lede] = await configured({ openwrt: { upstream_url: "http://mirror.example/" } });
    expect(openwrt?.upstreamUrl).toBe("http://mirror.example");
    expect(lede).toMatchObject({
      upstreamUrl: "http://mirror.example",
      continuedBy: "openwrt",
      description: "OpenWrt from 2016 to 2018",
    });
    expect(lede?.startingPoints.every(({ version }) => version.startsWith("17.01."))).toBe(true);
    expect(lede?.branches).toEqual(openwrt?.branches);
  });

  test("a mirror's password is for reading from it, and isn't shown", async () => {
    const all = await configured({
      openwrt: { upstream_url: "https://bob:ge%40h@eim@mirror.example/x@y/" },
      lime: { enabled: true },
    });
    expect(all).toHaveLength(3);
    for (const { upstreamUrl, fetchUrl } of all) {
      expect(upstreamUrl).toBe("https://mirror.example/x@y");
      expect(fetchUrl).toBe("https://bob:ge%40h@eim@mirror.example/x@y");
    }
  });

  test("LibreMesh has its parent's upstream and feeds of its own", async () => {
    const all = await configured({
      lime: { enabled: true, repositories: ["https://feeds.example/{version}/{arch}/"] },
    });
    expect(all.find(({ name }) => name === "lime")).toMatchObject({
      parent: { distribution: "openwrt" },
      upstreamUrl: "https://downloads.openwrt.org",
      repositories: ["https://feeds.example/{version}/{arch}"],
    });
  });

  test("the configuration adds to a branch what it says, and leaves the rest", async () => {
    const [openwrt] = await configured({
      openwrt: { branches: { "22.03": { enabled: false }, "19.07": { enabled: true } } },
    });
    expect(openwrt?.branches.find(({ name }) => name === "22.03")).toMatchObject({
      enabled: false,
      branchOffRev: 19160,
    });
    expect(openwrt?.branches.find(({ name }) => name === "19.07")).toMatchObject({
      enabled: true,
      path: "releases/{version}",
    });
  });

  test("a distribution of one's own is read from a folder too", async () => {
    await writeFile(
      join(folder, "distribution.yaml"),
      "title: Mine\nstarting_points: [{ versions: [1.0.0, 1.2.0] }]\n",
    );
    const all = await configured({ mine: { data: folder, upstream_url: "https://mine.example", versions: ["2.0.0"] } });
    expect(all.find(({ name }) => name === "mine")).toMatchObject({
      title: "Mine",
      versions: ["2.0.0"],
      startingPoints: [{ version: "1.2.0", targets: [] }, { version: "1.0.0" }],
    });
  });

  test.each([
    [{ mine: {} }, "neither upstream_url nor a parent"],
    [{ mine: { parent: { distribution: "nobody", version: "1" } } }, "not declared or not enabled"],
    [{ mine: { parent: { distribution: "lede", version: "1" } } }, "itself depends on another one"],
    [{ openwrt: { branches: { "24.10": { path: "../etc" } } } }, "no path below the upstream URL"],
    [{ openwrt: { versions: ["../x"] } }, "can't be a version's name"],
    [
      { mine: { upstream_url: "https://a.example", repositories: ["file:///etc/{arch}"] } },
      "no address of a repository",
    ],
    [
      { mine: { upstream_url: "https://a.example", repositories: ["https://a.example/{arc}"] } },
      "no address of a repository",
    ],
    [
      { mine: { upstream_url: "https://a.example", repositories: ["https://bob:geheim@a.example/{arch}"] } },
      '"https://a.example/{arch}" may have no user name',
    ],
  ])("refuses %j", async (distributions, reason) => {
    await expect(configured(distributions)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(reason),
    });
  });

  test("refuses a file it can't read as facts, and names it", async () => {
    await writeFile(join(folder, "distribution.yaml"), "titel: Mine\n");
    await expect(configured({ mine: { data: folder, upstream_url: "https://a.example" } })).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringMatching(/distribution\.yaml.*titel/s),
    });
  });
});
