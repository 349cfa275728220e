import { afterAll, beforeAll, expect, test } from "vitest";
import * as auc from "./auc-2024.ts";
import { takeImage as takeByAuc } from "./auc-2024-image.ts";
import * as selector from "./firmware-selector.ts";
import { takeImage as takeBySelector } from "./firmware-selector-image.ts";
import { installedFrom } from "./lib/device-packages.ts";
import type { LuciDevice } from "./lib/luci.ts";
import { type ServerUnderReplay, startServer } from "./lib/server.ts";
import type { TakenImage } from "./lib/taking.ts";
import * as luci2020 from "./luci-2020.ts";
import * as luci2021 from "./luci-2021.ts";
import { LUCI_APPS, takeImage as takeByLuci } from "./luci-image.ts";
import * as luciToday from "./luci-today.ts";
import * as owut from "./owut.ts";
import { takeImage as takeByOwut } from "./owut-image.ts";

/** Each client goes all the way: what is newer, a request, a queue, a real build, and the image in its hands. */
let server: ServerUnderReplay;
beforeAll(async () => {
  server = await startServer({}, { builds: true });
});
afterAll(() => server?.[Symbol.asyncDispose]());

const ARCHER = { target: "ath79/generic", profile: "tplink_archer-c7-v2" };

/** What is told of a build: the time it was asked for differs between any two. */
async function buildOf({ url }: TakenImage) {
  const folder = new URL(url).pathname.split("/")[2];
  // biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at by the expectations
  return (await (await fetch(`${server.url}/api/v1/build/${folder}`)).json()) as any;
}

test("auc upgrades a router to what it was offered, with the very versions of its packages", async () => {
  const packages = await installedFrom({
    ...ARCHER,
    url: server.url,
    path: "releases/24.10.4",
    more: ["luci", "htop"],
  });
  const device = { ...ARCHER, boardName: "tplink,archer-c7-v2", version: "24.10.4", revision: "r28959-29397011cc" };
  const offer = await auc.replay(server.url, { ...device, packages });
  const image = await takeByAuc(server.url, offer.request);
  expect(image.url).toMatch(
    /openwrt-24\.10\.5-[0-9a-f]{12}-ath79-generic-tplink_archer-c7-v2-squashfs-sysupgrade\.bin$/,
  );
  expect(image.shown.at(-1)).toBe(".");
  expect((await buildOf(image)).manifest).toMatchObject(offer.request.packages_versions);
});

test("owut upgrades a PC that packages come to by apk, and finds in it what it asked for", async () => {
  const [target, profile] = ["x86/64", "generic"];
  const packages = await installedFrom({ url: server.url, path: "releases/25.12.0", target, profile, more: ["owut"] });
  const device = {
    target,
    boardName: "qemu-standard-pc",
    version: "25.12.0",
    revision: "r32713-0123456789",
    rootfsType: "squashfs",
    efi: true,
    packages,
    topLevel: Object.keys(packages),
  };
  const check = await owut.replay(server.url, device);
  const image = await takeByOwut(server.url, { request: check.request, device });
  expect(image.url).toMatch(/openwrt-25\.12\.1-[0-9a-f]{12}-x86-64-generic-squashfs-combined-efi\.img\.gz$/);
  expect(image.shown).toContain("Status: building_image");
});

test("the LuCI app of today upgrades a snapshot", async () => {
  const [target, profile] = ["mediatek/filogic", "glinet_gl-mt6000"];
  const packages = await installedFrom({ url: server.url, path: "snapshots", target, profile, more: ["luci"] });
  const device: LuciDevice = {
    version: "SNAPSHOT",
    revision: "r34000-0123456789",
    target,
    boardName: "glinet,gl-mt6000",
    packages: Object.keys(packages),
  };
  const { request } = await luciToday.replay(server.url, device);
  const image = await takeByLuci(server.url, LUCI_APPS.today, { request: request ?? {} });
  expect(image.url).toMatch(/openwrt-[0-9a-f]{12}-mediatek-filogic-glinet_gl-mt6000-squashfs-sysupgrade\.bin$/);
  expect(image.shown).toContain("building_image");
});

test("five pages of six years that want the same image get it from one build", async () => {
  const version = "24.10.5";
  const selected = await selector.replay(server.url, {
    imageUrl: server.mirror.url,
    version,
    title: "TP-Link Archer C7 v2",
  });
  const packages = [...(selected.request.packages as string[]), "luci", "tcpdump"];
  const device = { ...ARCHER, boardName: "tplink,archer-c7-v2", packages, version: "24.10.4", revision: "r28959-0" };
  const origin = "http://192.168.1.1";
  expect(await luci2020.replay(server.url, { origin, version: device.version })).toContain(version);
  const of2020 = luci2020.requestFor(version, device);
  const [spring, autumn] = await Promise.all([
    luci2021.replay(server.url, device, "spring"),
    luci2021.replay(server.url, device, "autumn"),
  ]);

  const images = await Promise.all([
    takeByLuci(server.url, LUCI_APPS["summer 2020"], { request: of2020 }),
    takeByLuci(server.url, LUCI_APPS["autumn 2020"], { request: of2020 }),
    takeByLuci(server.url, LUCI_APPS["spring 2021"], { request: spring.request ?? {} }),
    takeByLuci(server.url, LUCI_APPS["autumn 2021"], { request: autumn.request ?? {} }),
    takeBySelector(server.url, { ...selected.request, packages }),
  ]);

  expect(new Set(images.map(({ sha256 }) => sha256)).size).toBe(1);
  const builds = await Promise.all(images.map(buildOf));
  expect(new Set(builds.map((build) => build.enqueued_at)).size).toBe(1);
  // The selector says a revision besides the version, and so has a name of its own for it.
  expect(new Set(builds.map((build) => build.request_hash)).size).toBe(2);
  expect(builds[0].manifest).toHaveProperty("tcpdump");
  const [summer] = images;
  expect(summer?.shown.at(-1)).toBe("Building the sysupgrade image");
  expect(images.at(-1)?.shown.at(-1)).toMatch(/^tr-(building_image|calculate_packages_hash)$/);
});
