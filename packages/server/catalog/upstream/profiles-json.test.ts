import { expect, test } from "vitest";
import { kmodsFolder, kmodsPath } from "./kmods.ts";
import { parseProfilesJson } from "./profiles-json.ts";
import { troubleOf } from "./testing/trouble.ts";

const SUM = "a".repeat(64);
const PROFILE = {
  device_packages: ["kmod-usb2", "-swconfig"],
  image_prefix: "openwrt-24.10.1-ath79-generic-tplink_archer-c7-v2",
  images: [
    {
      name: "openwrt-24.10.1-x-squashfs-sysupgrade.bin",
      sha256: SUM,
      sha256_unsigned: SUM,
      size: 1,
      type: "sysupgrade",
    },
  ],
  supported_devices: ["tplink,archer-c7-v2", "archer-c7", "TL WR/1043"],
  titles: [{ vendor: "TP-Link", model: "Archer C7", variant: "v2" }],
};
const DOCUMENT = {
  arch_packages: "mips_24kc",
  default_packages: ["base-files", "opkg"],
  linux_kernel: { release: "1", vermagic: "987472f71c431405f61103422acc505a", version: "6.6.67" },
  metadata_version: 1,
  profiles: { "tplink_archer-c7-v2": PROFILE, generic: {} },
  source_date_epoch: 1734954035,
  target: "ath79/generic",
  version_code: "r28427-6df0e3d02a",
  version_number: "24.10.1",
  git_commit: "new",
};

const parse = (document: unknown) =>
  parseProfilesJson(Buffer.from(JSON.stringify(document)), "ath79/generic", "profiles.json");

test("reads a target, with what it doesn't know kept as it is", () => {
  const { profiles, aliases, raw, ...target } = parse(DOCUMENT);
  expect(target).toEqual({
    name: "ath79/generic",
    architecture: "mips_24kc",
    versionCode: "r28427-6df0e3d02a",
    versionNumber: "24.10.1",
    sourceDateEpoch: 1734954035,
    defaultPackages: ["base-files", "opkg"],
    kmods: "6.6.67-1-987472f71c431405f61103422acc505a",
  });
  expect(profiles.get("tplink_archer-c7-v2")).toEqual({
    name: "tplink_archer-c7-v2",
    titles: PROFILE.titles,
    devicePackages: PROFILE.device_packages,
    supportedDevices: PROFILE.supported_devices,
    raw: PROFILE,
  });
  expect(profiles.get("generic")).toMatchObject({ devicePackages: [], supportedDevices: [], titles: [] });
  expect(raw).toMatchObject({ metadata_version: 1, git_commit: "new" });
  expect(raw).not.toHaveProperty("profiles");
  expect(Object.fromEntries(aliases)).toEqual({
    "tplink_archer-c7-v2": "tplink_archer-c7-v2",
    "archer-c7": "tplink_archer-c7-v2",
    "TL WR/1043": "tplink_archer-c7-v2",
    generic: "generic",
  });
});

test("a profile's own name is never another's board", () => {
  const profiles = { a: { supported_devices: ["b", "x,y"] }, b: {}, c: { supported_devices: ["x,y", "a"] } };
  expect(Object.fromEntries(parse({ ...DOCUMENT, profiles }).aliases)).toEqual({ a: "a", b: "b", c: "c", x_y: "c" });
});

test("an old file has less in it", () => {
  expect(parse({ arch_packages: "mips_24kc", profiles: {} })).toMatchObject({
    versionCode: "",
    versionNumber: "",
    sourceDateEpoch: null,
    defaultPackages: [],
    kmods: null,
  });
});

test.each([
  [{ target: "x86/64" }, "bad_index"],
  [{ target: "../x" }, "bad_name"],
  [{ arch_packages: undefined }, "bad_name"],
  [{ arch_packages: "mips/24kc" }, "bad_name"],
  [{ default_packages: ["a b"] }, "bad_name"],
  [{ default_packages: "a" }, "bad_index"],
  [{ version_code: "r1\nr2" }, "bad_name"],
  [{ source_date_epoch: "yesterday" }, "bad_index"],
  [{ source_date_epoch: -1 }, "bad_index"],
  [{ profiles: [] }, "bad_index"],
  [{ profiles: { "../x": {} } }, "bad_name"],
  [{ profiles: { "a/b": {} } }, "bad_name"],
  [{ profiles: { a: "b" } }, "bad_index"],
  [{ profiles: { a: { supported_devices: ["a\nb"] } } }, "bad_index"],
  [{ profiles: { a: { image_prefix: "../x" } } }, "bad_name"],
  [{ profiles: { a: { images: [{ name: "../../sysupgrade.bin" }] } } }, "bad_name"],
  [{ profiles: { a: { images: [{ name: "a.bin", sha256: "short" }] } } }, "bad_name"],
  [{ profiles: { a: { images: [{}] } } }, "bad_name"],
  [{ linux_kernel: { version: "6.6/..", release: "1", vermagic: "x" } }, "bad_name"],
  [{ linux_kernel: { version: "6.6.67" } }, "bad_name"],
])("%j is refused: %s", async (changes, code) => {
  expect(await troubleOf(() => parse({ ...DOCUMENT, ...changes }))).toBe(code);
});

test.each([
  ["25.12.0", true],
  ["24.10.0-rc1", true],
  ["24.10-SNAPSHOT", true],
  ["SNAPSHOT", true],
  ["", true],
  ["2.1", true],
  ["23.05-SNAPSHOT", true],
  ["23.05.6", true],
  ["23.05.5", false],
  ["23.05.0-rc1", false],
  ["22.03-SNAPSHOT", false],
  ["19.07.10", false],
])("kernel modules of %s have a folder: %s", (version, apart) => {
  const folder = kmodsFolder(DOCUMENT.linux_kernel, version, "it");
  expect(folder).toBe(apart ? "6.6.67-1-987472f71c431405f61103422acc505a" : null);
  if (folder) expect(kmodsPath("ath79/generic", folder)).toBe(`targets/ath79/generic/kmods/${folder}`);
});
