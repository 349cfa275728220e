import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fileSystemOf } from "./preflight/file-system.ts";
import { Kitchen } from "./preflight/kitchen.ts";
import { noSmallDisks, SmallDisk } from "./preflight/small-disk.ts";
import type { FileSystem } from "./preflight/space.ts";

const MIB = 1024 * 1024;

let kitchen: Kitchen;
beforeEach(async () => {
  kitchen = await Kitchen.create();
});
afterEach(() => kitchen[Symbol.asyncDispose]());

async function inPlace(): Promise<string | null> {
  return (await (await kitchen.app()).status()).current_version;
}

test("a device that is fit for a release installs it", async () => {
  const fields = { requires: { pawl: "*", node: "18", os: ["linux"], memory_mb: 1 }, min_from: "0.9.0" };
  await kitchen.publish("1.0.0", { fields });
  expect(await kitchen.install()).toMatchObject({ result: "success" });
  await kitchen.publish("2.0.0", { fields: { min_from: "1.0.0", published_at: "2026-05-01T12:00:00Z" } });
  expect(await kitchen.install()).toMatchObject({ result: "success" });
  expect(await inPlace()).toBe("2.0.0");
});

describe.skipIf(noSmallDisks)("Pi-Kit 60: on a disk that is too small", () => {
  test("nothing is downloaded, and nothing is changed", async () => {
    using disk = SmallDisk.on(kitchen.home, { bytes: 2 * MIB });
    await kitchen.publish("1.0.0");
    await kitchen.install();
    await kitchen.publish("2.0.0", { ballastBytes: 3 * MIB });
    const failure = await kitchen.refused();
    expect(failure).toMatchObject({ code: "disk_full", version: "2.0.0", path: disk.path });
    expect(failure.message).toBe(`1.2 MB are missing on ${disk.path} (needs 3.2 MB, has 2.0 MB).`);
    expect(failure.needed_bytes).toBeGreaterThan(3 * MIB);
    expect(failure.free_bytes).toBeLessThan(2 * MIB);
    expect(await inPlace()).toBe("1.0.0");
  });

  test("the bundle has no room when it is the state's disk", async () => {
    using disk = SmallDisk.on(join(kitchen.stateDir, "kitchen"), { bytes: 2 * MIB });
    await kitchen.publish("1.0.0", { ballastBytes: 3 * MIB });
    const failure = await kitchen.refused();
    expect(failure).toMatchObject({ code: "disk_full", path: disk.path });
    expect(failure.detail).toMatch(/^the download /);
  });

  test("neither when it has room for the bytes, but not for so many files", async () => {
    using disk = SmallDisk.on(kitchen.home, { inodes: 40 });
    await kitchen.publish("1.0.0", { files: 60 });
    expect(await kitchen.refused()).toMatchObject({
      code: "disk_full",
      path: disk.path,
      message: expect.stringMatching(/needs \d+ files and folders, has room for \d+\)/),
    });
  });

  test("§6 staging, on the target's file system: what it takes is told, and once that is free the release is installed", async () => {
    using disk = SmallDisk.on(kitchen.home, { bytes: 2 * MIB });
    await writeFile(join(disk.path, "ballast"), Buffer.alloc(1.5 * MIB));
    await kitchen.publish("1.0.0", { ballastBytes: MIB });
    const { needed_bytes, free_bytes } = await kitchen.refused();
    const missing = (needed_bytes ?? 0) - (free_bytes ?? 0);
    await writeFile(join(disk.path, "ballast"), Buffer.alloc(1.5 * MIB - Math.ceil(missing / 4096) * 4096));
    expect(await kitchen.install()).toMatchObject({ result: "success" });
  });
});

describe("Pi-Kit 60: when the system says that there is no room", () => {
  const full = async (path: string): Promise<FileSystem | null> => {
    const real = await fileSystemOf(path);
    return real && { ...real, freeBytes: 1000 };
  };

  test("nothing is downloaded", async () => {
    await kitchen.publish("1.0.0");
    kitchen.facts.fileSystemOf = full;
    expect(await kitchen.refused()).toMatchObject({ code: "disk_full", free_bytes: 1000 });
  });

  test("root asks for itself, and goes no further", async () => {
    await kitchen.publish("1.0.0");
    kitchen.rootsFacts.fileSystemOf = full;
    expect(await kitchen.refused("root")).toMatchObject({
      code: "disk_full",
      detail: expect.stringMatching(/^unpacking/),
    });
    expect(kitchen.bundleRequests()).toBe(1);
  });
});

test("§6 min_from, §3 requires_unmet: a release that can't be installed over what is in place says which one can", async () => {
  await kitchen.publish("1.2.0");
  await kitchen.install();
  await kitchen.publish("2.0.0", { fields: { min_from: "1.5.0" } });
  expect(await kitchen.refused()).toMatchObject({
    code: "requires_unmet",
    version: "2.0.0",
    message:
      "2.0.0 can only be installed over 1.5.0 or later, and this device has 1.2.0. Install 1.5.0 first: pawl install 1.5.0",
  });
  expect(await inPlace()).toBe("1.2.0");
});

test("a release for other devices says what it needs and what this one has", async () => {
  await kitchen.publish("1.0.0", { fields: { requires: { node: ">=99", arch: ["z80"] } } });
  const { code, message } = await kitchen.refused();
  expect(code).toBe("requires_unmet");
  expect(message).toContain(`Node >=99 (this device has ${process.versions.node}) and a processor of the kind z80`);
});

test("a device that has no Python is no device for a release that needs one", async () => {
  await kitchen.publish("1.0.0", { fields: { requires: { python: "3.9" } } });
  kitchen.facts.python = async () => null;
  expect((await kitchen.refused()).message).toContain("Python 3.9 or later (this device has none)");
});

test("§6 preflight, §3 clock_wrong: with the clock in 1970 nothing is installed until it is set", async () => {
  await kitchen.publish("1.0.0");
  const lost = kitchen.clock.now().getTime();
  kitchen.clock.pass(-lost);
  expect(await kitchen.refused()).toMatchObject({
    code: "clock_wrong",
    message: expect.stringContaining("This device believes it is 1970-01-01 00:00 UTC. Set its date and time"),
  });
  kitchen.clock.pass(lost);
  expect(await kitchen.install()).toMatchObject({ result: "success" });
});

test("a device whose memory is used up isn't made to choose which program to end", async () => {
  await kitchen.publish("1.0.0");
  kitchen.rootsFacts.memory = async () => ({ totalBytes: 512 * MIB, availableBytes: 3 * MIB });
  expect((await kitchen.refused("root")).message).toContain("(needs 24 MiB, has 3 MiB)");
});

test.skipIf(noSmallDisks)("where it could not be unpacked nothing is begun", async () => {
  using disk = SmallDisk.on(kitchen.home, { readOnly: true });
  await kitchen.publish("1.0.0");
  expect(await kitchen.refused("root")).toMatchObject({
    code: "not_writable",
    path: disk.path,
    message: expect.stringContaining("the file system is mounted read-only"),
  });
});

test("the device's own hook is asked before anything is unpacked", async () => {
  await kitchen.publish("1.0.0");
  const hook = join(kitchen.hooksDir, "preflight");
  await writeFile(hook, "#!/bin/sh\necho battery at 12 %\nexit 1\n");
  await chmod(hook, 0o755);
  expect(await kitchen.refused("root")).toMatchObject({
    code: "requires_unmet",
    path: hook,
    message: `1.0.0 isn't installed now: battery at 12 %. That is what ${hook} says; try again when it says yes.`,
  });
  await rm(hook);
  expect(await kitchen.install()).toMatchObject({ result: "success" });
});
