import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { STRANGER_KEYS } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { sha256Of } from "./hashes.ts";
import { ODDITIES } from "./testing/oddities.ts";
import { Workshop } from "./testing/workshop.ts";

const VERSION = "24.10.5";
const VIM = "9.1.1163-r1";
const FEEDS = "releases/packages-24.10/mips_24kc";

// Whole builds: seconds each on a machine of its own, many more on a busy one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let shop: Workshop;
beforeAll(async () => {
  shop = await Workshop.open();
  shop.mirror.addPackages("24.10", "packages", ODDITIES);
  shop.mirror.putFeed("elsewhere/feed", [{ name: "from-afar", version: "7-r1" }], "opkg");
});
afterEach(() => shop.mirror.heal());
afterAll(() => shop[Symbol.asyncDispose]());

const build: Workshop["build"] = (given, signal) => shop.build({ version: VERSION, ...given }, signal);

test("an image has what was asked for, its files are what they are listed as, and what was odd about it is said", async () => {
  const script = "uci set system.@system[0].hostname='x'\n'; exit 1 #`reboot` $(reboot) EOF\n";
  shop.mirror.misbehave("**/telephony/Packages.gz", { kind: "status", status: 404 });
  shop.mirror.misbehave("elsewhere/feed/Packages.sig", "wrong-signature");
  const { made, failure, steps, command, log, folder } = await build({
    packages: ["vim", "a-virtual-name", "from-afar", "-libubox"],
    packagesVersions: { vim: VIM, "from-afar": "7-r1" },
    defaults: script,
    repositories: { afar: `${shop.mirror.url}/elsewhere/feed` },
    repositoriesMode: "append",
    repositoryAllowList: [`${shop.mirror.url}/elsewhere`],
    repositoryKeys: [STRANGER_KEYS.usign.public],
  });
  expect(failure).toBeNull();
  expect(steps).toEqual(["download", "unpack", "resolve", "assemble"]);
  expect(command).toEqual([
    "make",
    "image",
    "PROFILE=tplink_archer-c7-v2",
    "PACKAGES=vim a-virtual-name from-afar -libubox",
    expect.stringMatching(/^EXTRA_IMAGE_NAME=[0-9a-f]{12}$/),
    "BIN_DIR=/output",
    "FILES=/builder/asu-files",
  ]);
  expect(made).toMatchObject({
    versionNumber: VERSION,
    versionCode: expect.stringMatching(/^r\d+-/),
    packages: ["vim", "a-virtual-name", "from-afar", "-libubox"],
    manifest: { vim: VIM, "base-files": expect.anything(), kernel: expect.anything(), "stand-in": "1-r1" },
    target: { target: "ath79/generic", arch_packages: "mips_24kc" },
    profile: { titles: [{ vendor: "TP-Link", model: "Archer C7", variant: "v2" }] },
  });
  expect(made?.target).not.toHaveProperty("profiles");
  expect(made?.manifest).toHaveProperty("libubox");
  expect(made?.warnings.map((warning) => warning.replace(/http\S+/, "…"))).toEqual([
    "The feed openwrt_telephony (… has no list of packages; nothing of it was needed.",
    "libubox was to be left out; other packages need it, so it is in the image.",
    "a-virtual-name is in the image as stand-in.",
  ]);
  expect(log.join("\n")).not.toContain("127.0.0.1:8479");

  expect(made?.images.map(({ type }) => type).toSorted()).toEqual(["factory", "factory-us", "sysupgrade"]);
  expect(made?.files.map(({ name }) => name.replace(/^.*v2\./, ""))).toEqual([
    "bom.cdx.json",
    "manifest",
    "profiles.json",
    "sha256sums",
  ]);
  for (const { path } of [...(made?.images ?? []), ...(made?.files ?? [])]) expect(path.startsWith(folder)).toBe(true);
  const sums = readFileSync(made?.files.at(-1)?.path ?? "", "utf8");
  for (const { name, path } of made?.images ?? []) {
    const sha256 = await sha256Of(path, { unpacked: false, signal: AbortSignal.timeout(60_000) });
    expect(sums).toContain(`${sha256} *${name}`);
  }
  const image = made?.images.find(({ type }) => type === "sysupgrade")?.path ?? "";
  expect(inRootfs(image, ["-cat"], "etc/uci-defaults/99-asu-defaults")).toBe(script);
  const listed = inRootfs(image, ["-lln"], "etc/uci-defaults/99-asu-defaults");
  expect(listed).toMatch(/^-rw-r--r-- 0\/0 .*99-asu-defaults$/m);
  expect(listed).toMatch(/^drwxr-xr-x 0\/0 .*etc\/uci-defaults$/m);
});

test("what a distribution adds to its parent's feeds is trusted by the distribution's own keys", async () => {
  shop.mirror.misbehave("lime/**/Packages.sig", "wrong-signature");
  const feeds = [`${shop.mirror.url}/lime/2024.1/mips_24kc`];
  const asked = { feeds, packages: ["lime-system"], packagesVersions: { "lime-system": "0" } };
  const { failure } = await build({ ...asked, feedKeys: { usign: [STRANGER_KEYS.usign.public], apk: [] } });
  expect(failure?.message).toBe("lime-system version not as requested: 0 vs. 2024.1-r1");
  expect((await build(asked)).failure).toMatchObject({ code: "mirror_failed", isPassing: true });
});

test("what lacks is named with who needs it, and two packages with one file, all at once", async () => {
  const { failure } = await build({ packages: ["no-such", "lonely", "picky", "clash-a", "clash-b"] });
  expect(failure).toMatchObject({ code: "missing_package", isPassing: false });
  expect(failure?.culprits.map(({ kind, name, with: others }) => [kind, name, others])).toEqual([
    ["package", "no-such", []],
    ["package", "nowhere", ["lonely"]],
    ["version", "vim", ["picky"]],
    ["conflict", "clash-b", ["clash-a"]],
  ]);
});

test("a conflict that opkg lets pass because of its order is found before an image is made", async () => {
  const { failure, steps, log } = await build({ packages: ["unfriendly", "zealous"] });
  expect(failure).toMatchObject({
    code: "conflicting_packages",
    isPassing: false,
    message: "unfriendly can't be together with zealous.",
    culprits: [{ kind: "conflict", name: "unfriendly", with: ["zealous"] }],
  });
  expect(steps).not.toContain("assemble");
  expect(log.join("\n")).not.toContain("check_conflicts_for");
});

test("a package's file that isn't there or isn't what the list says is the mirror's fault and passes", async () => {
  shop.mirror.misbehave(`${FEEDS}/packages/clash-a_*`, { kind: "status", status: 404 });
  shop.mirror.misbehave(`${FEEDS}/packages/zealous_*`, "altered");
  const { failure } = await build({ packages: ["zealous", "clash-a"] });
  expect(failure).toMatchObject({ code: "mirror_failed", isPassing: true });
  expect(failure?.culprits.map(({ kind, name }) => [kind, name]).toSorted()).toEqual([
    ["mirror", "clash-a"],
    ["mirror", "zealous"],
  ]);
});

test("a feed that something is needed of, and that can't be read or trusted, is the mirror's fault and passes", async () => {
  shop.mirror.misbehave(`${FEEDS}/packages/Packages.gz`, { kind: "status", status: 503 });
  shop.mirror.misbehave("**/base/Packages.sig", { kind: "wrong-signature", forged: true });
  const { failure } = await build({ packages: ["vim"] });
  expect(failure).toMatchObject({ code: "mirror_failed", isPassing: true });
  expect(failure?.culprits.map(({ kind, name }) => [kind, name])).toEqual([
    ["mirror", "openwrt_base"],
    ["mirror", "openwrt_packages"],
  ]);
});

test("of packages, one whose script fails is named", async () => {
  const { failure } = await build({ packages: ["stumbles"] });
  expect(failure).toMatchObject({
    code: "broken_package",
    isPassing: false,
    culprits: [{ kind: "package", name: "stumbles" }],
  });
});

test("what the request is wrong about is told before anything is installed", async () => {
  const attempts = [
    await build({ profile: "no_such" }),
    await build({ filesystem: "ext4" }),
    await build({ versionCode: "r1-0123456789", isVersionCodeAsked: true }),
  ];
  expect(attempts.map(({ failure }) => [failure?.code, failure?.message])).toEqual([
    ["unknown_profile", "This ImageBuilder has no profile no_such."],
    ["unsupported_filesystem", 'This device has no images with "ext4"; there are squashfs.'],
    ["wrong_version", expect.stringMatching(/^Received incorrect version r\d+-\w+ \(requested r1-0123456789\)$/)],
  ]);
});

test("values that mean more to make or a shell than themselves never get there", async () => {
  const before = shop.mirror.requests.length;
  for (const packages of [["vim;id"], ["$(id)"], ["`id`"], ["a b"], ["--help"], ["PROFILE=x"], ["a\nb"], ["../x"]]) {
    expect((await build({ packages })).failure?.code).toBe("missing_package");
  }
  expect((await build({ profile: "x y" })).failure?.code).toBe("unknown_profile");
  expect((await build({ filesystem: "squashfs ext4" })).failure?.code).toBe("unsupported_filesystem");
  expect((await build({ defaults: "a\0b" })).failure?.code).toBe("build_failed");
  expect((await build({ repositories: { x: "https://evil.example/x" } })).failure?.code).toBe("refused_repository");
  expect(shop.mirror.requests.length).toBe(before);
});

test("versions that were asked for by name have to be those", async () => {
  const { failure } = await build({ packages: ["vim", "nano"], packagesVersions: { vim: "9.9", nowhere: "1" } });
  expect(failure).toMatchObject({
    code: "wrong_package_version",
    message: `vim version not as requested: 9.9 vs. ${VIM}`,
    culprits: [{ kind: "version", name: "vim" }, { detail: "nowhere not in manifest" }],
  });
});

test("a build that is aborted ends at once, one that takes too long by its limit", async () => {
  const limits = { timeMs: 300, memoryBytes: 1024 ** 3, diskBytes: 1024 ** 3, processes: 256, logBytes: 1024 ** 2 };
  expect((await build({ packages: ["vim"], limits })).failure).toMatchObject({
    code: "limit_exceeded",
    culprits: [{ kind: "machine", name: "time" }],
  });
  await expect(build({ packages: ["vim"] }, AbortSignal.timeout(500))).rejects.toThrow("timeout");
});

/** What unsquashfs says of a path in an image's root file system. */
function inRootfs(image: string, options: readonly string[], path: string): string {
  const offset = String(readFileSync(image).indexOf("hsqs"));
  return execFileSync("unsquashfs", [...options, "-offset", offset, image, path], { encoding: "utf8" });
}
