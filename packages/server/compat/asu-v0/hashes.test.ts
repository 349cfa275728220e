import { expect, test } from "vitest";
import { defaultsHash, imageHash, manifestHash, packagesHash, requestHash } from "./hashes.ts";

const DEVICE = { distro: "openwrt", version: "18.06.0", target: "ar71xx/generic", profile: "tl-wdr4300-v1" };

test("§2.1 packages_hash: luci and vim, in any order and however often, are ed806c8a99c0", () => {
  expect(packagesHash(["luci", "vim"])).toBe("ed806c8a99c0");
  expect(packagesHash(["vim", "luci", "vim"])).toBe("ed806c8a99c0");
});

test("§2.1 request_hash: the TL-WDR4300 with luci and vim is 0b21343349d6", () => {
  expect(requestHash({ ...DEVICE, defaults: "", packages: ["vim", "luci"] })).toBe("0b21343349d6");
});

test("§2.1 request_hash: what wasn't sent is an empty word, and not the hash of one", () => {
  expect(requestHash({ ...DEVICE, defaults: "", packages: [] })).toBe("8d4492812b42");
  expect(requestHash({ ...DEVICE, profile: "", defaults: "", packages: [] })).not.toBe("8d4492812b42");
  expect(requestHash({ ...DEVICE, defaults: "uci commit", packages: [] })).not.toBe("8d4492812b42");
});

test("§2.1: hashes have the lengths that their column and their clients expect", () => {
  expect(defaultsHash("echo")).toMatch(/^[0-9a-f]{32}$/);
  expect(manifestHash("busybox - 1.30.1-5\n")).toMatch(/^[0-9a-f]{15}$/);
  const image = { ...DEVICE, defaultsHash: "", manifestHash: manifestHash("busybox - 1.30.1-5\n") };
  expect(imageHash(image)).toMatch(/^[0-9a-f]{15}$/);
  expect(imageHash({ ...image, defaultsHash: defaultsHash("echo") })).not.toBe(imageHash(image));
});
