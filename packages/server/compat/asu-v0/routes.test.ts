import { mkdir, writeFile } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packagesHash, requestHash } from "./hashes.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";

let served: ServedDialect;
let temp: TempDir;
beforeAll(async () => {
  temp = await TempDir.create();
  await mkdir(temp.join("chef"));
  await writeFile(temp.join("chef/index.html"), "<h1>Chef</h1>");
  served = await serveDialect({ static: { chef: temp.join("chef") } });
}, 60_000);
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await temp[Symbol.asyncDispose]();
});

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a client takes for granted
  json: any;
}

async function ask(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(served.url + path, { redirect: "manual", ...init });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") && text !== "";
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
}

const post = (path: string, fields: unknown, type = "application/json") =>
  ask(path, { method: "POST", headers: { "content-type": type }, body: JSON.stringify(fields) });
const check = (fields: unknown) => post("/api/upgrade-check", fields);

const DEVICE = { distro: "OpenWrt", version: "18.06.2", target: "ar71xx/generic" };
const INSTALLED = { busybox: "1.28.4-3", luci: "git-19.020", libc: "1.1.19-1", kernel: "4.14.95", libgcc: "7.3.0" };

describe("POST /api/upgrade-check", () => {
  test("a release of 2019 is offered the stable one, with the packages it has now and their upgrades", async () => {
    const { status, json } = await check({ ...DEVICE, installed: INSTALLED, upgrade_packages: 1 });
    expect([status, json.version]).toEqual([200, "25.12.1"]);
    expect(json.packages).toEqual(expect.arrayContaining(["busybox", "luci"]));
    expect(json.upgrades.busybox).toEqual([expect.stringMatching(/^1\.\d/), "1.28.4-3"]);
    expect(Object.keys(json).sort()).toEqual(["packages", "upgrades", "version"]);
  });

  test("auc of 2018: target and subtarget apart, packages instead of installed, text/json, in chunks", async () => {
    const fields = {
      distro: "OpenWrt",
      version: "18.06.2",
      target: "ar71xx",
      subtarget: "generic",
      packages: INSTALLED,
    };
    const { status, text } = await chunked("/api/upgrade-check", JSON.stringify(fields), "text/json");
    expect([status, JSON.parse(text).version]).toEqual([200, "25.12.1"]);
  });

  test("LEDE is what OpenWrt was, whatever its letters", async () => {
    const { status, json } = await check({ distro: "LEDE", version: "17.01.4", target: "x86/64" });
    expect([status, json]).toEqual([200, { version: "25.12.1" }]);
  });

  test("packages that were renamed, split or dropped since", async () => {
    const installed = { auc: "0.1.9-7", "luci-app-opkg": "git-21", opkg: "2021-01-31" };
    const { json } = await check({ ...DEVICE, version: "21.02.7", target: "ath79/generic", installed });
    expect(json.packages).toEqual(expect.arrayContaining(["owut", "luci-app-package-manager", "apk-mbedtls"]));
    for (const name of Object.keys(installed)) expect(json.packages).not.toContain(name);
  });

  test("no version: the newest stable one, never a candidate", async () => {
    const { status, json } = await check({ distro: "openwrt" });
    expect([status, json]).toEqual([200, { version: "25.12.1" }]);
  });

  test("a new version without packages, or without a target, is 200", async () => {
    expect((await check(DEVICE)).json).toEqual({ version: "25.12.1" });
    expect((await check({ distro: "openwrt", version: "24.10.5" })).json).toEqual({ version: "25.12.1" });
  });

  test("the newest version is 204 with X-Request-Hash", async () => {
    const fields = { distro: "OpenWrt", version: "25.12.1", target: "ath79/generic" };
    const { status, text, headers } = await check(fields);
    expect([status, text]).toEqual([204, ""]);
    expect(headers.get("x-request-hash")).toBe(requestHash({ ...fields, profile: "", defaults: "", packages: [] }));
    expect(headers.get("access-control-expose-headers")).toContain("X-Request-Hash");
  });

  test("the newest version with old packages: 200 for who wants them upgraded, 204 for who doesn't", async () => {
    const fields = { distro: "OpenWrt", version: "25.12.1", target: "ath79/generic", installed: { busybox: "1.0-r1" } };
    expect((await check(fields)).status).toBe(204);
    expect((await check({ ...fields, upgrade_packages: 0 })).status).toBe(204);
    const { status, json } = await check({ ...fields, upgrade_packages: 1 });
    expect([status, json.version]).toEqual([200, undefined]);
    expect(json.upgrades).toEqual({ busybox: [expect.any(String), "1.0-r1"] });
    expect(json.packages).toContain("busybox");
  });

  test("a snapshot: compared by revision, which is sent back; without one it is always worth going to", async () => {
    const fields = { distro: "OpenWrt", version: "SNAPSHOT", target: "x86/64" };
    const { status, json } = await check({ ...fields, revision: "r20000-0123456789" });
    expect([status, json]).toEqual([200, { version: "SNAPSHOT", revision: expect.stringMatching(/^r34820-/) }]);
    expect((await check({ ...fields, version: "snapshots", revision: json.revision })).status).toBe(204);
    expect((await check({ ...fields, version: "snapshots" })).json).toEqual({ version: "snapshots" });
  });

  test.each([
    ["no distro", {}, "distro"],
    ["packages without a target", { distro: "openwrt", version: "18.06.2", installed: INSTALLED }, "target"],
    ["a revision without a target", { distro: "openwrt", version: "SNAPSHOT", revision: "r1-a" }, "target"],
  ])("%s is 412 with X-Missing-Param", async (_, fields, parameter) => {
    const { status, headers, json } = await check(fields);
    expect([status, headers.get("x-missing-param")]).toEqual([412, parameter]);
    expect(json).toEqual({ error: `missing parameter ${parameter}` });
  });

  test.each([
    [{ ...DEVICE, distro: "DebWrt" }, "unknown distribution DebWrt"],
    [{ ...DEVICE, version: "99.01.0" }, "unknown version 99.01.0"],
    [{ ...DEVICE, version: "25.12.1", target: "ar71xx/tiny" }, "unknown target ar71xx/tiny"],
    [{ ...DEVICE, target: "toaster/generic" }, "unknown target toaster/generic"],
    [{ ...DEVICE, target: "../../etc" }, "unknown target ../../etc"],
  ])("%j is 412: %s", async (fields, error) => {
    const { status, json } = await check(fields);
    expect([status, json]).toMatchObject([412, { error }]);
  });

  test("unknown packages are 422 with X-Unknown-Package; libc, kernel, libgcc and libgcc1 are never asked about", async () => {
    const fields = { distro: "openwrt", version: "24.10.5", target: "ath79/generic" };
    const { status, headers, json } = await check({ ...fields, installed: { ...INSTALLED, b0gus: "1", a0gus: "1" } });
    expect([status, headers.get("x-unknown-package")]).toEqual([422, "a0gus, b0gus"]);
    expect(json).toEqual({ error: "could not find packages: a0gus, b0gus" });
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "{distro"],
    ["no object", "[]"],
    ["text that isn't UTF-8", new Uint8Array([0x22, 0xff, 0x22])],
    ["a number as distro", '{"distro": 3}'],
    ["a path as package", '{"distro": "openwrt", "installed": {"../x": "1"}}'],
    ["a line break in a version", '{"distro": "openwrt", "version": "1\\n2"}'],
    ["depth", "[".repeat(1_000)],
  ])("%s is 400 with a sentence", async (_, body) => {
    const { status, json } = await ask("/api/upgrade-check", { method: "POST", body });
    expect([status, json]).toEqual([400, { error: expect.stringMatching(/\w+ /) }]);
  });

  test("more than 1 MB is 413", async () => {
    const { status, json } = await check({ distro: "x".repeat(1_100_000) });
    expect([status, json.error]).toEqual([413, expect.any(String)]);
  });

  test("GET with a hash never had enough to go by: 412, X-Missing-Param: distro", async () => {
    const { status, headers } = await ask("/api/upgrade-check/0b21343349d6");
    expect([status, headers.get("x-missing-param")]).toEqual([412, "distro"]);
  });

  test("a slash at the end, and two in the middle", async () => {
    expect((await post("/api/upgrade-check/", DEVICE)).status).toBe(200);
    expect((await post("/api//upgrade-check", DEVICE)).status).toBe(200);
  });
});

describe.each(["/api/upgrade-request", "/api/build-request"])("%s", (path) => {
  const BUILD = { distro: "openwrt", version: "24.10.5", target: "ath79/generic", board: "tplink,archer-c7-v2" };

  test("a valid request waits for builds: 503, Retry-After, and no hash that auc would poll for", async () => {
    const { status, headers, json } = await post(path, { ...BUILD, packages: ["luci", "-ppp", "libc"] });
    expect([status, headers.get("retry-after")]).toEqual([503, "300"]);
    expect(json).toEqual({ error: expect.any(String) });
  });

  test.each([
    ["the newest version when none is named", { version: undefined }],
    ["target and subtarget apart", { target: "ath79", subtarget: "generic" }],
    ["the target of 2018", { target: "ar71xx/generic", board: "tl-wdr4300" }],
    ["a model where the board is unknown", { board: "?", model: "TP-Link Archer C7 v2" }],
    ["any machine where one profile fits all", { target: "x86/64", board: "pc-engines-apu2" }],
    ["SNAPSHOT", { version: "snapshots" }],
  ])("understands %s", async (_, fields) => {
    expect((await post(path, { ...BUILD, ...fields })).status).toBe(503);
  });

  test.each([
    [{ distro: undefined }, 412, "missing parameter distro"],
    [{ target: undefined }, 412, "missing parameter target"],
    [{ board: undefined }, 412, "missing parameter board"],
    [{ distro: "DebWrt" }, 412, "unknown distribution DebWrt"],
    [{ version: "18.06.2" }, 412, "unknown version 18.06.2"],
    [{ target: "toaster/generic" }, 412, "unknown target toaster/generic"],
    [{ board: "toaster" }, 412, "unknown device, please check model and board params"],
    [{ defaults: "x".repeat(10_241) }, 420, "attached defaults exceed max size"],
    [{ packages: ["luci", "b0gus", "-a0gus"] }, 422, "could not find packages: a0gus, b0gus"],
    [{ packages: "luci" }, 400, "packages must be a list of package names"],
  ])("refuses %j with %i: %s", async (fields, status, error) => {
    const answer = await post(path, { ...BUILD, ...fields });
    expect([answer.status, answer.json]).toEqual([status, { error }]);
  });

  test("defaults of 10,240 bytes are not too long", async () => {
    expect((await post(path, { ...BUILD, defaults: "x".repeat(10_240) })).status).toBe(503);
  });

  test("GET of an unknown hash is 404 {}", async () => {
    const { status, json } = await ask(`${path}/000000000000`);
    expect([status, json]).toEqual([404, {}]);
  });
});

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
    await post("/api/build-request", { distro: "openwrt", target: "x86/64", board: "generic", packages });
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
    ["image_stats", { total: 0, stored: 0, requested: 0 }],
    ["images", { total: 0, stored: 0, requested: 0, building: 0, failed: 0 }],
    ["images_latest", []],
    ["fails_latest", []],
  ])("GET /api/v1/stats/%s of a new server", async (name, expected) => {
    expect((await ask(`/api/v1/stats/${name}`)).json).toEqual(expected);
  });

  test("GET /api/v1/stats/packages: how many package names are known", async () => {
    await check({ ...DEVICE, installed: INSTALLED });
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

/** As libuclient sends it: in chunks, and no length. */
function chunked(path: string, body: string, type: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": type, "transfer-encoding": "chunked", "user-agent": "auc (0.0.9)" };
    const sent = httpRequest(served.url + path, { method: "POST", headers }, async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, text });
    });
    sent.on("error", reject);
    for (let at = 0; at < body.length; at += 20) sent.write(body.slice(at, at + 20));
    sent.end();
  });
}
