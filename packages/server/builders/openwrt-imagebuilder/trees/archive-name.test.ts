import { expect, test } from "vitest";
import { findArchive } from "./archive-name.ts";

const found = (target: string, ...names: string[]) =>
  findArchive(new Map(names.map((name, at) => [name, `${at}`.repeat(64)])), target)?.archive ?? null;

test.each([
  ["ath79/generic", "openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64.tar.zst"],
  ["ath79/generic", "openwrt-imagebuilder-ath79-generic.Linux-x86_64.tar.zst"],
  ["ath79/generic", "openwrt-imagebuilder-23.05.6-ath79-generic.Linux-x86_64.tar.xz"],
  ["ar71xx/generic", "lede-imagebuilder-17.01.4-ar71xx-generic.Linux-x86_64.tar.xz"],
  ["x86/64", "openwrt-imagebuilder-25.12.0-rc1-x86-64.Linux-x86_64.tar.zst"],
])("of %s there is %s", (target, name) => {
  expect(found(target, "profiles.json", `packages/${name}`, name)).toBe(name);
});

test.each([
  ["of another target", "openwrt-imagebuilder-24.10.5-ath79-tiny.Linux-x86_64.tar.zst"],
  ["of a target whose name only ends so", "openwrt-imagebuilder-24.10.5-yath79-generic.Linux-x86_64.tar.zst"],
  ["in a folder below", "packages/openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64.tar.zst"],
  ["for another machine", "openwrt-imagebuilder-24.10.5-ath79-generic.Linux-aarch64.tar.zst"],
  ["of another compression", "openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64.tar.bz2"],
  ["an SDK", "openwrt-sdk-24.10.5-ath79-generic_gcc-13.3.0_musl.Linux-x86_64.tar.zst"],
  ["with more after it", "openwrt-imagebuilder-24.10.5-ath79-generic.Linux-x86_64.tar.zst.sig"],
  ["a name that is a trick", "x;reboot-imagebuilder-ath79-generic.Linux-x86_64.tar.zst"],
])("none is one %s", (_, name) => {
  expect(found("ath79/generic", name)).toBeNull();
});

test("of two compressions the better one is taken", () => {
  const [xz, zst] = ["xz", "zst"].map((end) => `openwrt-imagebuilder-1-ath79-generic.Linux-x86_64.tar.${end}`);
  expect(found("ath79/generic", `${xz}`, `./${zst}`)).toBe(zst);
});
