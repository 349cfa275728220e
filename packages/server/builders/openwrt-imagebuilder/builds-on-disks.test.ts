import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ODDITIES } from "./testing/oddities.ts";
import { Workshop } from "./testing/workshop.ts";

// Whole builds: seconds each on a machine of its own, many more on a busy one.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let shop: Workshop;
beforeAll(async () => {
  shop = await Workshop.open();
  for (const branch of ["24.10", "25.12"]) shop.mirror.addPackages(branch, "packages", ODDITIES);
});
afterAll(() => shop[Symbol.asyncDispose]());

const build: Workshop["build"] = (given) => shop.build({ target: "x86/64", profile: "generic", ...given });

test("an ImageBuilder that is too old for such variables has the file system and the size that were asked for", async () => {
  const { made, failure, command } = await build({ version: "23.05.6", filesystem: "ext4", rootfsSizeMb: 24 });
  expect(failure).toBeNull();
  expect(command.slice(6)).toEqual(["ROOTFS_PARTSIZE=24", "ROOTFS_FILESYSTEM=ext4"]);
  expect(new Set(made?.images.map(({ filesystem }) => filesystem))).toEqual(new Set(["ext4"]));
  const disk = made?.images.find(({ type }) => type === "combined")?.path ?? "";
  const bytes = gunzipSync(readFileSync(disk)).length;
  expect(bytes).toBeGreaterThanOrEqual(24 * 1024 * 1024);
  expect(bytes).toBeLessThan(104 * 1024 * 1024);
});

test("a squashfs that is larger than its partition is no image, though it was made", async () => {
  const { failure, log } = await build({
    version: "25.12.1",
    filesystem: "squashfs",
    rootfsSizeMb: 1,
    packages: ["large"],
  });
  expect(failure).toMatchObject({ code: "too_big", culprits: [{ kind: "size", name: "generic" }] });
  expect(failure?.message).toMatch(/^The root file system of generic has 2(\.\d)? MiB, and its partition 1 MiB: /);
  expect(log).toContain("stdout: Calculating checksums...");
});

test("an ext4 that its packages don't fit into fails with that reason", async () => {
  const { failure } = await build({ version: "24.10.5", filesystem: "ext4", rootfsSizeMb: 2, packages: ["large"] });
  expect(failure).toMatchObject({ code: "too_big", isPassing: false, culprits: [{ kind: "size", name: "generic" }] });
});
