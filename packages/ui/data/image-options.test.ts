import { expect, test } from "vitest";
import { buildRequest, canBuild, type ImageOptions, optionTrouble } from "./image-options.ts";
import type { PackageSet } from "./package-choice.ts";

const limits = { rootfsSizeMb: 1024, scriptLength: 10, allowScript: true };
const nothing: ImageOptions = { filesystem: null, rootfsSizeMb: null, script: "" };

test.each<[Partial<ImageOptions>, ReturnType<typeof optionTrouble>]>([
  [{}, null],
  [{ rootfsSizeMb: 1024 }, null],
  [{ rootfsSizeMb: 1025 }, "rootfs"],
  [{ rootfsSizeMb: 0 }, "rootfs"],
  [{ rootfsSizeMb: Number.NaN }, "rootfs"],
  [{ script: "0123456789" }, null],
  [{ script: "0123456789a" }, "script"],
])("of %o the server would refuse: %s", (change, trouble) => {
  expect(optionTrouble({ ...nothing, ...change }, limits)).toBe(trouble);
  expect(optionTrouble({ ...nothing, ...change }, null)).toBeNull();
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
