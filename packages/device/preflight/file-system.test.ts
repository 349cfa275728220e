import { spawnSync } from "node:child_process";
import { chmod, mkdir, statfs, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fileSystemOf, nearestThere } from "./file-system.ts";
import { noSmallDisks, SmallDisk } from "./small-disk.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

test("of a path that isn't there yet it is the file system of the nearest folder above", async () => {
  const there = await fileSystemOf(dir.path);
  expect(await fileSystemOf(dir.join("not/there/yet"))).toMatchObject({ device: there?.device });
  const { blocks, bsize } = await statfs(dir.path);
  expect(there).toMatchObject({ totalBytes: blocks * bsize, blockBytes: bsize });
  expect(there?.freeBytes).toBeGreaterThan(0);
});

test("it names the mount point as df does", async () => {
  const { stdout } = spawnSync("df", ["--output=target", dir.path], { encoding: "utf8" });
  expect((await fileSystemOf(dir.path))?.mountPoint).toBe(stdout.split("\n")[1]);
});

test("a file in the way is the nearest that is there", async () => {
  await writeFile(dir.join("file"), "");
  expect((await nearestThere(dir.join("file/below"))).path).toBe(dir.join("file"));
});

test("where this user may not look there is no answer", async () => {
  await mkdir(dir.join("shut"));
  // Root may look everywhere, so for this one the tests are somebody else.
  const isRoot = process.getuid?.() === 0;
  await chmod(dir.join("shut"), 0o000);
  if (isRoot) process.seteuid?.("nobody");
  try {
    expect(await fileSystemOf(dir.join("shut/state"))).toBeNull();
  } finally {
    if (isRoot) process.seteuid?.(0);
    await chmod(dir.join("shut"), 0o700);
  }
});

test.skipIf(noSmallDisks)("of a small disk it says its numbers, also through a link", async () => {
  using disk = SmallDisk.on(dir.join("disk"), { bytes: 2 * 1024 * 1024, inodes: 50 });
  await mkdir(dir.join("disk/lib"));
  await writeFile(dir.join("disk/lib/ballast"), Buffer.alloc(1024 * 1024));
  await symlink(dir.join("disk/lib"), dir.join("state"));
  for (const path of [disk.path, dir.join("disk/lib/later"), dir.join("state/kitchen/api")]) {
    expect(await fileSystemOf(path)).toMatchObject({
      mountPoint: disk.path,
      totalBytes: 2 * 1024 * 1024,
      freeBytes: 1024 * 1024,
      blockBytes: 4096,
      freeInodes: 47,
    });
  }
  expect((await fileSystemOf(disk.path))?.device).not.toBe((await fileSystemOf(dir.path))?.device);
});

test.skipIf(noSmallDisks)("a file system that doesn't count its files has room for any number", async () => {
  // tmpfs says 0 of 0 when it has no limit, as btrfs and vfat do.
  using disk = SmallDisk.on(dir.join("disk"), { inodes: 0 });
  expect(await fileSystemOf(disk.path)).toMatchObject({ freeInodes: null });
});
