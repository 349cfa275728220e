import { STRANGER_KEYS } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { ODDITIES } from "./testing/oddities.ts";
import { Workshop } from "./testing/workshop.ts";

const VERSION = "25.12.1";
const VIM = "9.1.1918-r1";
const FEEDS = "releases/packages-25.12/mips_24kc";

// Whole builds: seconds each on a machine of its own, many more on a busy one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let shop: Workshop;
beforeAll(async () => {
  shop = await Workshop.open();
  shop.mirror.addPackages("25.12", "packages", ODDITIES);
  shop.mirror.putFeed("elsewhere/feed", [{ name: "from-afar", version: "7-r1" }], "apk");
});
afterEach(() => shop.mirror.heal());
afterAll(() => shop[Symbol.asyncDispose]());

const build: Workshop["build"] = (given, signal) => shop.build({ version: VERSION, ...given }, signal);

test("an image has exactly what was asked for, from the feeds and from a repository of the request", async () => {
  shop.mirror.misbehave("**/telephony/packages.adb", { kind: "status", status: 404 });
  shop.mirror.misbehave("elsewhere/feed/packages.adb", "wrong-signature");
  const wanted = ["base-files", "libc", "procd", "apk-mbedtls", "busybox", "from-afar", "vim", "a-virtual-name"];
  const { made, failure, command } = await build({
    packages: wanted,
    diffPackages: true,
    packagesVersions: { vim: VIM, "from-afar": "7-r1" },
    repositories: { afar: `${shop.mirror.url}/elsewhere/feed/packages.adb` },
    repositoriesMode: "append",
    repositoryAllowList: [`${shop.mirror.url}/elsewhere`],
    repositoryKeys: [STRANGER_KEYS.apk.pem],
  });
  expect(failure).toBeNull();
  const list = command[3]?.replace("PACKAGES=", "").split(" ") ?? [];
  expect(list.slice(-wanted.length)).toEqual(wanted);
  expect(list.slice(0, -wanted.length)).toEqual(list.slice(0, -wanted.length).toSorted());
  expect(list).toContain("-dnsmasq");
  expect(made?.manifest).toMatchObject({ vim: VIM, "from-afar": "7-r1", "stand-in": "1-r1" });
  expect(made?.manifest).not.toHaveProperty("dnsmasq");
  expect(made?.images.map(({ type }) => type).toSorted()).toEqual(["factory", "factory-us", "sysupgrade"]);
  expect(made?.warnings).toContain("a-virtual-name is in the image as a package of another name.");
  expect(made?.warnings.join("\n")).toMatch(
    /^The feed telephony \(\S+ has no list of packages; nothing of it was needed\.$/m,
  );
});

test("what a distribution adds to its parent's feeds is trusted by the distribution's own keys", async () => {
  shop.mirror.misbehave("lime/**/packages.adb", "wrong-signature");
  const feeds = [`${shop.mirror.url}/lime/master/mips_24kc`];
  const asked = { feeds, packages: ["lime-system"], packagesVersions: { "lime-system": "0" } };
  const { failure } = await build({ ...asked, feedKeys: { usign: [], apk: [STRANGER_KEYS.apk.pem] } });
  expect(failure?.message).toBe("lime-system version not as requested: 0 vs. 2025.11.20~8d3f4a1c-r1");
  expect((await build(asked)).failure).toMatchObject({ code: "mirror_failed", isPassing: true });
});

test("what can't be selected is named with who needs it", async () => {
  const { failure } = await build({ packages: ["no-such", "lonely", "picky"] });
  expect(failure).toMatchObject({ code: "missing_package", isPassing: false });
  expect(failure?.culprits.map(({ kind, name, with: others }) => [kind, name, others]).toSorted()).toEqual([
    ["package", "no-such", []],
    ["package", "nowhere", ["lonely"]],
    ["version", "vim", ["picky"]],
  ]);
});

test("two that can't be together are named", async () => {
  const { failure } = await build({ packages: ["zealous", "unfriendly"] });
  expect(failure).toMatchObject({ code: "conflicting_packages", isPassing: false });
  expect(failure?.culprits.flatMap(({ name, with: others }) => [name, ...others]).toSorted()).toEqual([
    "unfriendly",
    "zealous",
  ]);
});

test("two with one file are named", async () => {
  const { failure } = await build({ packages: ["clash-a", "clash-b"] });
  expect(failure).toMatchObject({
    code: "broken_package",
    isPassing: false,
    message: "clash-b brings the file /etc/shared.conf, which is clash-a's.",
  });
});

test("a package's file that isn't there or isn't what the list says is the mirror's fault and passes", async () => {
  shop.mirror.misbehave(`${FEEDS}/packages/clash-a-*`, { kind: "status", status: 404 });
  shop.mirror.misbehave(`${FEEDS}/packages/zealous-*`, "altered");
  const { failure } = await build({ packages: ["zealous", "clash-a"] });
  expect(failure).toMatchObject({ code: "mirror_failed", isPassing: true });
  expect(failure?.culprits.map(({ kind, name }) => [kind, name]).toSorted()).toEqual([
    ["mirror", "clash-a"],
    ["mirror", "zealous"],
  ]);
});

test("a feed that something is needed of, and that can't be read or trusted, is the mirror's fault and passes", async () => {
  shop.mirror.misbehave(`${FEEDS}/packages/packages.adb`, "down");
  shop.mirror.misbehave(`${FEEDS}/luci/packages.adb`, { kind: "wrong-signature" });
  const { failure } = await build({ packages: ["vim"] });
  expect(failure).toMatchObject({ code: "mirror_failed", isPassing: true });
  expect(failure?.culprits.map(({ kind, name }) => [kind, name])).toContainEqual(["mirror", "packages"]);
  expect(failure?.message).toContain("Without it there is no vim.");
});

test("a repository of the request that isn't there is the request's fault, and named", async () => {
  const { failure } = await build({
    packages: ["from-afar"],
    repositories: { afar: `${shop.mirror.url}/elsewhere/nothing` },
    repositoriesMode: "append",
    repositoryAllowList: [`${shop.mirror.url}/elsewhere`],
  });
  expect(failure).toMatchObject({ code: "missing_package", isPassing: false });
  expect(failure?.culprits.map(({ kind, name }) => [kind, name])).toEqual([
    ["package", "from-afar"],
    ["repository", "afar"],
  ]);
});

test("an image that doesn't fit the device fails with its size and the device's, though make ends well", async () => {
  const { failure, log } = await build({ packages: ["huge"], profile: "ubnt_nanostation-m" });
  expect(failure).toMatchObject({
    code: "too_big",
    isPassing: false,
    culprits: [{ kind: "size", name: "ubnt_nanostation-m" }],
  });
  expect(failure?.message).toMatch(
    /sysupgrade\.bin has \d+(\.\d)? MiB, and ubnt_nanostation-m has room for 7\.5 MiB\.$/,
  );
  expect(log).toContain("stdout: Calculating checksums...");
});

test("what a package's script leaves among the images is refused by name", async () => {
  const { failure } = await build({ packages: ["trickster"] });
  expect(failure).toMatchObject({
    code: "build_failed",
    message: 'The build has left "passwd.bin", which isn\'t taken: it is a link.',
  });
});

test("an image without a package manager is refused before it is made", async () => {
  const { failure, steps } = await build({ packages: ["-apk-mbedtls"] });
  expect(failure).toMatchObject({ code: "incomplete_image", culprits: [{ kind: "package", name: "apk" }] });
  expect(steps).not.toContain("assemble");
});
