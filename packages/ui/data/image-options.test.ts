import { expect, test } from "vitest";
import { choicesOf, queryOf } from "./image-choices.ts";
import { buildRequest, canBuild, type ImageOptions, optionTrouble, writtenSize } from "./image-options.ts";
import type { PackageSet } from "./package-choice.ts";

const limits = { rootfsSizeMb: 1024, scriptLength: 10, allowScript: true };
const nothing: ImageOptions = { filesystem: null, rootfsSizeMb: null, script: "" };

type Trouble = ReturnType<typeof optionTrouble>;
test.each<[Partial<ImageOptions>, Trouble, whileNobodyKnowsLimits: Trouble]>([
  [{}, null, null],
  [{ rootfsSizeMb: 1024 }, null, null],
  [{ rootfsSizeMb: 1025 }, "rootfs", null],
  [{ rootfsSizeMb: 0 }, "rootfs", "rootfs"],
  [{ rootfsSizeMb: Number.NaN }, "rootfs", "rootfs"],
  [{ script: "0123456789" }, null, null],
  [{ script: "0123456789a" }, "script", null],
  [{ script: "😀".repeat(10) }, null, null],
])("of %o the server would refuse: %s", (change, trouble, whileNobodyKnowsLimits) => {
  expect(optionTrouble({ ...nothing, ...change }, limits)).toBe(trouble);
  expect(optionTrouble({ ...nothing, ...change }, null)).toBe(whileNobodyKnowsLimits);
});

test.each([
  ["", null],
  ["256", 256],
  ["5.7", 5],
  ["0", 0],
  ["-5", -1],
  ["1e20", 999_999_999],
])("what was written as %o is a size of %o, which comes back from the address", (text, size) => {
  expect(writtenSize(text)).toBe(size);
  const choices = choicesOf(new URLSearchParams(`rootfs=${size ?? ""}`));
  expect(choicesOf(new URLSearchParams(queryOf(choices))).rootfsSizeMb).toBe(size);
});

test("an image is asked for when all of it is known and there", () => {
  const unknown = { unknown: ["foo"] } as unknown as PackageSet;
  expect(canBuild(true, { unknown: [] as string[] } as PackageSet, null)).toBe(true);
  expect(canBuild(false, undefined, null)).toEqual({ kind: "loading" });
  expect(canBuild(true, unknown, null)).toEqual({ kind: "unknown-package", name: "foo" });
  expect(canBuild(true, unknown, "rootfs")).toEqual({ kind: "rootfs" });
});

test("a script of nothing but spaces is none", () => {
  const choices = {
    distribution: "openwrt",
    version: "25.12.1",
    target: "a/b",
    profile: "c",
    packages: ["luci", "-ppp"],
    filesystem: null,
    rootfsSizeMb: null,
    build: null,
  };
  expect(buildRequest(choices, " \n", "x")).toMatchObject({ defaults: null, packages: ["luci", "-ppp"], client: "x" });
  expect(buildRequest(choices, "echo\n", "x").defaults).toBe("echo\n");
});
