import { mkdir, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagesHash } from "./hashes.ts";
import { asking, post } from "./testing/asking.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";

let served: ServedDialect;
let temp: TempDir;
beforeAll(async () => {
  temp = await TempDir.create();
  await mkdir(temp.join("chef"));
  await writeFile(temp.join("chef/index.html"), "<h1>Chef</h1>");
  served = await serveDialect({ static: { chef: temp.join("chef") } });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await temp[Symbol.asyncDispose]();
});

const ask = asking(() => served);

describe("lists", () => {
  test("GET /api/distros", async () => {
    const { json } = await ask("/api/distros");
    expect(json[0]).toMatchObject({ distro_id: 1, distro: "openwrt", distro_alias: "OpenWrt", latest: "25.12.1" });
    expect(Object.keys(json[0])).toEqual(["distro_id", "distro", "distro_alias", "distro_description", "latest"]);
  });

  test("GET /api/distributions: what Chef fills its lists from", async () => {
    const { json } = await ask("/api/distributions");
    const { openwrt } = json;
    expect(openwrt).toMatchObject({ distro_alias: "OpenWrt", latest: "25.12.1" });
    expect(openwrt.versions[openwrt.latest]).toMatchObject({
      version_description: expect.any(String),
      snapshots: false,
    });
    expect(openwrt.versions.snapshots).toMatchObject({ snapshots: true });
    expect(openwrt.versions).not.toHaveProperty("18.06.2");
  });

  test("GET /api/versions: an array, also of one distribution", async () => {
    const { json } = await ask("/api/versions");
    const ids = json.map((row: { version_id: number }) => row.version_id);
    expect(new Set(ids).size).toBe(ids.length);
    const one = await ask("/api/versions?distro=openwrt", { headers: { origin: "http://chef.example" } });
    expect(one.json.map((row: { version: string }) => row.version)).toEqual(
      expect.arrayContaining(["snapshots", "26.05.0-rc1", "25.12.1", "24.10.5"]),
    );
    expect(one.json.every((row: { distro: string }) => row.distro === "openwrt")).toBe(true);
    expect(json).toEqual(expect.arrayContaining(one.json));
    expect((await ask("/api/versions?distro=debwrt")).json).toEqual([]);
  });

  test("GET /api/versions from another origin and without a distro is the LuCI app of 2020: branches", async () => {
    const { json } = await ask("/api/versions", { headers: { origin: "http://192.168.1.1" } });
    expect(json.branches).toBeInstanceOf(Array);
  });

  test("GET /api/versions says that it depends on the origin, whoever asks, so that no cache mixes its answers up", async () => {
    for (const headers of [{}, { origin: "http://192.168.1.1" }]) {
      expect((await ask("/api/versions", { headers })).headers.get("vary")).toBe("Origin, Accept-Encoding");
    }
  });

  test("GET /api/models", async () => {
    const { json } = await ask("/api/models?distro=openwrt&version=25.12.1&model_search=archer");
    const rows = json.map(({ model, target, profile }: Record<string, string>) => [model, target, profile]);
    expect(rows).toContainEqual(["TP-Link Archer C7 v2", "ath79/generic", "tplink_archer-c7-v2"]);
    expect(json.every(({ model }: { model: string }) => /archer/i.test(model))).toBe(true);
    expect(json[0]).toMatchObject({ distro: "openwrt", version: "25.12.1" });
  });

  test.each([
    ["/api/models?distro=openwrt&version=1.2.3"],
    ["/api/models?distro=openwrt&version=18.06.2"],
    ["/api/models?distro=debwrt&version=25.12.1"],
    ["/api/packages_image?distro=openwrt&version=25.12.1&target=toaster/generic&profile=x"],
    ["/api/packages_image?distro=debwrt&version=25.12.1&target=x86/64&profile=generic"],
  ])("%s: nobody knows it, so there are none", async (path) => {
    const { status, json } = await ask(path);
    expect([status, json]).toEqual([200, []]);
  });

  test.each([
    ["/api/models", "distro"],
    ["/api/models?distro=openwrt", "version"],
    ["/api/packages_image?distro=openwrt&version=25.12.1&target=x86/64", "profile"],
    ["/api/packages_image?distro=openwrt&version=25.12.1&profile=generic", "target"],
  ])("%s is 400: missing %s", async (path, parameter) => {
    const { status, json } = await ask(path);
    expect([status, json]).toEqual([400, { error: `missing parameter ${parameter}` }]);
  });

  test("GET /api/packages_image: the target's packages and the profile's, in both forms of a target", async () => {
    const of = (rest: string) => ask(`/api/packages_image?distro=openwrt&version=25.12.1&${rest}`);
    const { json } = await of("target=ath79/generic&profile=tplink_archer-c7-v2");
    expect(json).toEqual(expect.arrayContaining(["base-files", "swconfig", "kmod-ath10k-ct"]));
    expect(json).toEqual([...json].sort());
    const apart = await of("target=ath79&subtarget=generic&profile=tplink,archer-c7-v2");
    expect(apart.json).toEqual(json);
    const without = await of("target=ath79/generic&profile=ubnt_nanostation-m");
    expect(without.json).not.toContain("swconfig");
  });

  test("GET /api/v1/supported: a row for each target of each version", async () => {
    const { json } = await ask("/api/v1/supported");
    const rows = json.map(({ version, target }: Record<string, string>) => `${version} ${target}`);
    expect(rows).toEqual(
      expect.arrayContaining(["25.12.1 mediatek/filogic", "24.10.5 ath79/generic", "snapshots x86/64"]),
    );
    expect(json[0]).toMatchObject({ supported: true, distro: "openwrt" });
  });

  test("GET /api/v1/packages_hash: the names of a list that was asked for", async () => {
    const packages = ["vim", "luci"];
    await post(ask, "/api/build-request", { distro: "openwrt", target: "x86/64", board: "generic", packages });
    const { json } = await ask(`/api/v1/packages_hash/${packagesHash(packages)}`);
    expect(json).toEqual(["luci", "vim"]);
    expect((await ask("/api/v1/packages_hash/000000000000")).status).toBe(404);
  });

  test.each([["/api/image/0123456789abcde"], ["/api/manifest/0123456789abcde"]])("GET %s is 404 {}", async (path) => {
    const { status, json } = await ask(path);
    expect([status, json]).toEqual([404, {}]);
  });

  test("lists are asked for again by ETag, and HEAD has no body", async () => {
    const first = await ask("/api/distributions");
    const etag = first.headers.get("etag") ?? "";
    expect((await ask("/api/distributions", { headers: { "if-none-match": etag } })).status).toBe(304);
    const head = await ask("/api/distributions", { method: "HEAD" });
    expect([head.status, head.text]).toEqual([200, ""]);
  });
});

describe("statistics", () => {
  test.each([
    // What was asked for above waits: nobody builds here.
    ["image_stats", { total: 0, stored: 0, requested: 1 }],
    ["images", { total: 0, stored: 0, requested: 1, building: 0, failed: 0 }],
    ["images_latest", []],
    ["fails_latest", []],
  ])("GET /api/v1/stats/%s of a server that has built nothing yet", async (name, expected) => {
    expect((await ask(`/api/v1/stats/${name}`)).json).toEqual(expected);
  });

  test("GET /api/v1/stats/packages: how many package names are known", async () => {
    const device = { distro: "openwrt", version: "24.10.5", target: "ath79/generic", installed: { luci: "1" } };
    await post(ask, "/api/upgrade-check", device);
    expect((await ask("/api/v1/stats/packages")).json.packages).toBeGreaterThan(50);
  });

  test("GET /api/v1/stats/popular_*: rows as README 0.2.0 names their fields", async () => {
    served.stats.count("package", "24.10:vim", 3);
    served.stats.count("build", "openwrt:24.10.5:x86/64:generic", 2);
    served.stats.count("build-seconds", "openwrt:24.10.5:x86/64:generic", 90);
    await served.stats.flush();
    const packages = await ask("/api/v1/stats/popular_packages");
    expect(packages.json).toEqual([{ name: "vim", package_name: "vim", count: 3 }]);
    const targets = await ask("/api/v1/stats/popular_targets");
    expect(targets.json).toEqual([{ target: "x86/64", count: 2, build_seconds: 45 }]);
  });
});

describe("folders and doors", () => {
  test("/network-profiles/Packages without a folder is an empty text, the rest isn't there", async () => {
    const { status, text, headers } = await ask("/network-profiles/Packages");
    expect([status, text]).toEqual([200, ""]);
    expect(headers.get("content-type")).toMatch(/^text\/plain/);
    expect((await ask("/network-profiles/other")).status).toBe(404);
  });

  test("/chef/ is the folder that is configured", async () => {
    const { status, text, headers } = await ask("/chef/");
    expect([status, text]).toEqual([200, "<h1>Chef</h1>"]);
    expect(headers.get("content-type")).toMatch(/^text\/html/);
    expect((await ask("/chef")).headers.get("location")).toBe("/chef/");
    expect((await ask("/chef/..%2f..%2fetc%2fpasswd")).status).toBe(404);
  });

  test("/api/ sends on to the documents", async () => {
    const { status, headers } = await ask("/api/");
    expect([status, headers.get("location")]).toEqual([302, "/api/v2/docs"]);
  });

  test("a page of another origin may ask first, and read what it gets", async () => {
    const { status, headers } = await ask("/api/build-request/000000000000", { method: "OPTIONS" });
    expect([status, headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    const answer = await ask("/api/build-request/000000000000", { headers: { origin: "http://chef.example" } });
    expect(answer.headers.get("access-control-expose-headers")).toContain("X-Build-Queue-Position");
  });

  test("another method is 405", async () => {
    expect((await ask("/api/upgrade-check")).status).toBe(405);
    expect((await ask("/api/distros", { method: "POST" })).status).toBe(405);
  });
});
