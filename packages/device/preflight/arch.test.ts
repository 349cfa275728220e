import { expect, test } from "vitest";
import { isArch } from "./arch.ts";

test.each([
  ["x64", "x64", "x86_64", true],
  ["x86_64", "x64", "x86_64", true],
  ["amd64", "x64", "x86_64", true],
  ["AMD64", "x64", "x86_64", true],
  ["arm64", "arm64", "aarch64", true],
  ["aarch64", "arm64", "aarch64", true],
  ["arm", "arm64", "aarch64", false],
  ["arm", "arm", "armv7l", true],
  ["armhf", "arm", "armv6l", true],
  ["armv6l", "arm", "armv7l", true],
  ["armv7l", "arm", "armv7l", true],
  ["armv7l", "arm", "armv6l", false],
  ["i686", "ia32", "i586", true],
  ["x64", "ia32", "i686", false],
  ["riscv64", "riscv64", "riscv64", true],
  ["ppc64le", "ppc64", "ppc64le", true],
  ["mips", "mipsel", "mips", true],
  ["arm64", "riscv64", "riscv64", false],
])("for %s: Node says %s and uname %s: %s", (asked, arch, machine, runs) => {
  expect(isArch(asked, { arch, machine })).toBe(runs);
});

test("a 32-bit system on a 64-bit kernel runs what is made for 32 bits", () => {
  const device = { arch: "arm", machine: "aarch64" };
  expect(isArch("armhf", device)).toBe(true);
  expect(isArch("arm64", device)).toBe(false);
  expect(isArch("aarch64", device)).toBe(false);
});
