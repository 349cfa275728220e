import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MirroredCatalog, mirroredCatalog } from "../catalog/testing/mirrored-catalog.ts";
import { loadAllUpgradeFacts } from "./all-facts.ts";
import { Upgrades } from "./service.ts";

/** The real catalog on a real database, before the miniature mirror. */
let mirrored: MirroredCatalog;
let upgrades: Upgrades;
beforeAll(async () => {
  mirrored = await mirroredCatalog();
  const { catalog } = mirrored;
  upgrades = new Upgrades({ catalog, facts: await loadAllUpgradeFacts(catalog.distributions) });
});
afterAll(() => mirrored[Symbol.asyncDispose]());

/** What a device of the target has installed when it is new: upstream's manifest of it. */
async function manifest(version: string, target: string): Promise<Map<string, string>> {
  const prefix = version < "18" ? "lede" : "openwrt";
  const path = `releases/${version}/targets/${target}`;
  const answer = await fetch(
    `${mirrored.mirror.url}/${path}/${prefix}-${version}-${target.replace("/", "-")}.manifest`,
  );
  if (!answer.ok) throw new Error(`no manifest of ${version}: ${answer.status}`);
  const lines = (await answer.text()).trim().split("\n");
  return new Map(lines.map((line) => line.split(" - ") as [string, string]));
}

function check(version: string, target: string, installed: ReadonlyMap<string, string>, distribution = "openwrt") {
  return upgrades.check({ distribution, version, target, revision: null, installed, upgradePackages: false });
}

describe("a device as it came from its first image", () => {
  test.each([
    ["openwrt", "17.01.4", "ar71xx/generic", "ath79/generic"],
    ["lede", "17.01.4", "ar71xx/generic", "ath79/generic"],
    ["openwrt", "18.06.2", "ar71xx/generic", "ath79/generic"],
    ["openwrt", "18.06.2", "x86/64", "x86/64"],
    ["openwrt", "21.02.7", "ath79/generic", "ath79/generic"],
    ["openwrt", "22.03.7", "x86/64", "x86/64"],
    ["openwrt", "23.05.6", "mediatek/filogic", "mediatek/filogic"],
    ["openwrt", "24.10.5", "ath79/generic", "ath79/generic"],
    ["openwrt", "25.12.0", "x86/64", "x86/64"],
  ])("%s %s on %s becomes one of 25.12.1 on %s", async (distribution, version, target, newTarget) => {
    const installed = await manifest(version, target);
    const answer = await check(version, target, installed, distribution);
    expect(answer).toMatchObject({ offered: { name: "25.12.1" }, target: newTarget, newRelease: true, notice: null });
    const packages = new Set(answer.packages);
    // What an image of 25.12.1 can't be without.
    for (const name of ["base-files", "apk-mbedtls", "firewall4", "netifd", "dropbear", "dnsmasq", "procd"]) {
      expect(packages, name).toContain(name);
    }
    expect([...packages].filter((name) => name === "opkg" || name === "firewall" || name === "wpad-mini")).toEqual([]);
    expect(packages.has("wpad-basic-mbedtls")).toBe(true);
    expect(answer.upgrades.get("busybox")?.[1]).toBe(version === "25.12.0" ? undefined : installed.get("busybox"));
    // Libraries and modules come with what needs them; the miniature has no ip6tables-nft.
    const missing = answer.changes.filter(({ kind }) => kind === "missing").flatMap(({ from }) => from);
    expect(missing.filter((name) => !/^(lib|kmod-|ip6tables$)/.test(name))).toEqual([]);
  });
});

test("what a new default image would have is what a device gets that never had anything else", async () => {
  const installed = await manifest("24.10.5", "ath79/generic");
  const { packages } = await check("24.10.5", "ath79/generic", installed);
  const { defaultPackages } = (
    await mirrored.catalog.target(await mirrored.catalog.version("openwrt", "25.12.1"), "ath79/generic")
  ).value;
  expect(defaultPackages.filter((name) => !packages?.includes(name) && !["libc", "libgcc"].includes(name))).toEqual([]);
});

test("an access point of 2019 that routes nothing isn't made a router", async () => {
  const removed = /^(dnsmasq|dropbear|firewall|ip6?tables|kmod-ipt-|odhcp|ppp|wpad)/;
  const installed = new Map([...(await manifest("18.06.2", "ar71xx/generic"))].filter(([name]) => !removed.test(name)));
  expect(installed.has("base-files")).toBe(true);
  const { packages } = await check("18.06.2", "ar71xx/generic", installed);
  expect(packages).toEqual(expect.arrayContaining(["base-files", "apk-mbedtls", "ca-bundle"]));
  const router = /^(dnsmasq|dropbear|firewall|nftables|iptables|kmod-nft|odhcp|ppp|wpad)/;
  expect(packages?.filter((name) => router.test(name))).toEqual([]);
});

test.each(["firewall", "wpad-basic-wolfssl"])("%s that was kept in 24.10 stays within it", async (kept) => {
  const installed = new Map([
    ["base-files", "1"],
    [kept, "1"],
  ]);
  const question = {
    distribution: "openwrt",
    target: "ath79/generic",
    revision: null,
    upgradePackages: false,
    installed,
  };
  const { packages, changes } = await upgrades.check({ ...question, version: "24.10.4", wanted: "24.10.5" });
  expect(packages).toEqual(["base-files", kept]);
  expect(changes.filter(({ kind }) => !/grade$/.test(kind))).toEqual([]);
});

test("a release stays on the package manager of its branch", async () => {
  const installed = await manifest("24.10.4", "ath79/generic");
  const answer = await upgrades.check({
    distribution: "openwrt",
    version: "24.10.4",
    target: "ath79/generic",
    revision: null,
    installed,
    upgradePackages: false,
    wanted: "24.10.5",
  });
  expect(answer.packages).toContain("opkg");
  expect(answer.changes.filter(({ kind }) => kind !== "upgrade")).toEqual([]);
});

test("an unknown package of any age is refused by name", async () => {
  for (const [version, target] of [
    ["18.06.2", "ar71xx/generic"],
    ["24.10.5", "ath79/generic"],
  ] as const) {
    await expect(
      check(
        version,
        target,
        new Map([
          ["no-such-thing", "1"],
          ["vim", "1"],
        ]),
      ),
    ).rejects.toMatchObject({
      code: "unknown_package",
      message: "could not find packages: no-such-thing",
    });
  }
});
