import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requestHash } from "./hashes.ts";
import { asking, post, postInChunks } from "./testing/asking.ts";
import { type ServedDialect, serveDialect } from "./testing/served-dialect.ts";

let served: ServedDialect;
beforeAll(async () => {
  served = await serveDialect();
});
afterAll(() => served[Symbol.asyncDispose]());

const ask = asking(() => served);
const check = (fields: unknown) => post(ask, "/api/upgrade-check", fields);

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
    const { status, text } = await postInChunks(`${served.url}/api/upgrade-check`, JSON.stringify(fields));
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

  test("OpenWrt 15.05.1 is before all lists: openvpn is split by the TLS library it stood beside, kmod-ipv6 is no more", async () => {
    const of2016 = { ...DEVICE, version: "15.05.1" };
    const plain = await check({
      ...of2016,
      installed: { openvpn: "2.3.6-5", "kmod-ipv6": "3.18.23-1", busybox: "1.23.2-1" },
    });
    expect([plain.status, plain.json.version]).toEqual([200, "25.12.1"]);
    expect(plain.json.packages).toEqual(["busybox", "openvpn-openssl"]);
    const beside = await check({ ...of2016, installed: { openvpn: "2.3.6-5", polarssl: "1.3.14-1" } });
    expect(beside.json.packages).toContain("openvpn-mbedtls");
    const unknown = await check({ ...of2016, installed: { "python-mini": "2.7.9-6" } });
    expect([unknown.status, unknown.headers.get("x-unknown-package")]).toEqual([422, "python-mini"]);
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
    expect((await post(ask, "/api/upgrade-check/", DEVICE)).status).toBe(200);
    expect((await post(ask, "/api//upgrade-check", DEVICE)).status).toBe(200);
  });
});
