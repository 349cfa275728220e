import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MirrorServer } from "../index.ts";
import { fileEnding, ImageBuilder } from "./testing/image-builder.ts";
import { installedIn, unpackImage } from "./testing/unpacked-image.ts";

let mirror: MirrorServer;
let builder: ImageBuilder;
beforeAll(async () => {
  mirror = await MirrorServer.start();
  builder = await ImageBuilder.unpack(mirror, "releases/26.05.0-rc1/targets/x86/64");
});
afterAll(async () => {
  await builder[Symbol.asyncDispose]();
  await mirror[Symbol.asyncDispose]();
});

const partitionMiB = (disk: Buffer) => disk.readUInt32LE(446 + 16 + 12) / 2048;

test("each kind of image has the same root file system, and a partition of the size that was asked for", async () => {
  await builder.edit(".config", (text) =>
    text.replace("# CONFIG_TARGET_ROOTFS_TARGZ is not set", "CONFIG_TARGET_ROOTFS_TARGZ=y"),
  );
  // What stands in .config can't be said on the command line.
  const made = await builder.image(
    "disks",
    "ROOTFS_PARTSIZE=40",
    "CONFIG_TARGET_ROOTFS_PARTSIZE=50",
    "CONFIG_TARGET_ROOTFS_EXT4FS=",
  );
  expect(made.code, made.stderr).toBe(0);
  const manifest = (await readFile(await fileEnding(made.output, ".manifest"), "utf8")).trimEnd().split("\n");
  const kinds = [
    "ext4-combined.img.gz",
    "ext4-combined-efi.img.gz",
    "squashfs-combined.img.gz",
    "rootfs.tar.gz",
    "squashfs-rootfs.img.gz",
  ];
  for (const kind of kinds) {
    const image = await fileEnding(made.output, kind);
    if (kind.includes("combined")) expect(partitionMiB(gunzipSync(await readFile(image)))).toBe(40);
    await unpackImage(image, builder.beside(kind));
    expect((await installedIn(builder.beside(kind))).manifest).toEqual(manifest);
    expect(await readFile(builder.beside(kind, "etc/openwrt_release"), "utf8")).toContain(
      "DISTRIB_RELEASE='26.05.0-rc1'",
    );
    expect(await readdir(builder.beside(kind, "etc/rc.d"))).toContain("S19dropbear");
  }
  const { images } = JSON.parse(await readFile(join(made.output, "profiles.json"), "utf8")).profiles.generic;
  const names = (images as { name: string }[]).map(({ name }) =>
    name.replace("openwrt-26.05.0-rc1-x86-64-generic-", ""),
  );
  expect(names.sort()).toEqual([
    "ext4-combined-efi.img.gz",
    "ext4-combined.img.gz",
    "kernel.bin",
    "rootfs.tar.gz",
    "squashfs-combined-efi.img.gz",
    "squashfs-combined.img.gz",
    "squashfs-rootfs.img.gz",
  ]);
});

test("one file system alone, if it is one of those there are", async () => {
  const made = await builder.image("one", "ROOTFS_FILESYSTEM=squashfs", "ROOTFS_PARTSIZE=40");
  expect(made.code, made.stderr).toBe(0);
  expect((await readdir(made.output)).filter((name) => name.includes("ext4"))).toEqual([]);
  const wrong = await builder.image("none", "ROOTFS_FILESYSTEM=ubifs");
  expect(wrong.code).toBe(2);
  expect(wrong.stdout).toContain('Filesystem "ubifs" is not available!\nAvailable filesystems: squashfs ext4 targz\n');
  const two = await builder.image("none", "ROOTFS_FILESYSTEM=squashfs ext4");
  expect(two.code).toBe(2);
  expect(two.stdout).toContain('ROOTFS_FILESYSTEM must be a single value, got "squashfs ext4"\n');
});

test("a partition that is too small for what goes into it", async () => {
  const made = await builder.image("small", "ROOTFS_PARTSIZE=1");
  expect(made.code).toBe(2);
  expect(made.stderr).toMatch(/error: ext4_allocate_best_fit_partial: failed to allocate \d+ blocks, out of space\?\n/);
  expect(made.stderr).toMatch(/make\[3\]: \*\*\* \[\S+ \S+\/root\.ext4\] Error 1/);
});
