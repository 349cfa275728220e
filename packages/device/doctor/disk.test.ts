import { readFileSync } from "node:fs";
import { Manifest } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { fileSystemOf } from "../preflight/file-system.ts";
import { noSmallDisks, SmallDisk } from "../preflight/small-disk.ts";
import type { FileSystem } from "../preflight/space.ts";
import { assessDisk, isReadOnly, lookAtDisks, lookAtNextUpdate } from "./disk.ts";
import { inShort } from "./doctor-fixture.ts";

const GB = 1e9;
const disk: FileSystem = {
  device: 1,
  mountPoint: "/data",
  totalBytes: 32 * GB,
  freeBytes: 20 * GB,
  blockBytes: 4096,
  freeInodes: 1_000_000,
};

test.each([
  [{}, "ok: There is room: 20.0 GB of 32.0 GB free on /data"],
  [{ freeInodes: null }, "ok: There is room: 20.0 GB of 32.0 GB free on /data"],
  [{ freeBytes: 1_000_000 }, "trouble: The disk is as good as full: 1.0 MB of 32.0 GB free on /data"],
  [{ freeInodes: 12 }, "trouble: There is room for only 12 more files on /data"],
  // A small one is measured by its own size.
  [{ totalBytes: 64e6, freeBytes: 2e6 }, "ok: There is room: 2.0 MB of 64 MB free on /data"],
])("a disk with %j", (more, expected) => {
  expect(inShort([assessDisk({ ...disk, ...more }, ["state_dir"])])).toEqual([expected]);
});

test("names each file system once, with all that lies on it", async () => {
  const parts = { facts: { fileSystemOf: async () => disk }, mounts: () => "" };
  const places = [
    { key: "state_dir", path: "/data/state" },
    { key: "home of kitchen", path: "/data/home" },
  ];
  expect(await lookAtDisks(places, parts)).toEqual([expect.objectContaining({ detail: "state_dir, home of kitchen" })]);
});

test("says where it may not look", async () => {
  const parts = { facts: { fileSystemOf: async () => null }, mounts: () => "" };
  const [finding] = await lookAtDisks([{ key: "state_dir", path: "/data" }], parts);
  expect(finding).toMatchObject({ ok: "warning", fix: "sudo pawl doctor" });
});

const MOUNTS = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
30 22 8:2 / /opt rw,relatime shared:2 - ext4 /dev/sda2 ro
31 22 8:3 / /mnt/two\\040words ro,noatime - vfat /dev/sdb1 rw
32 22 0:9 / /srv ro - tmpfs tmpfs rw
33 22 0:9 / /srv rw - tmpfs tmpfs rw
`;

test.each([
  ["/", false],
  ["/var/lib/pawl", false],
  ["/opt", true],
  ["/opt/dashboard", true],
  ["/optional", false],
  ["/mnt/two words/x", true],
  ["/srv/x", false],
])("%s is read-only: %s", (path, expected) => {
  expect(isReadOnly(MOUNTS, path)).toBe(expected);
});

test.skipIf(noSmallDisks)(
  "a real disk that is mounted read-only is a trouble, and one that is full another",
  async () => {
    await using dir = await TempDir.create();
    using _locked = SmallDisk.on(dir.join("locked"), { readOnly: true });
    using _tiny = SmallDisk.on(dir.join("tiny"), { inodes: 20 });
    const parts = { facts: { fileSystemOf }, mounts: () => readFileSync("/proc/self/mountinfo", "utf8") };
    const places = [
      { key: "home of kitchen", path: dir.join("locked", "home") },
      { key: "state_dir", path: dir.join("tiny", "state") },
    ];
    const [locked, tiny] = await lookAtDisks(places, parts);
    expect(locked).toMatchObject({ ok: "trouble", fix: expect.stringContaining(`remount,rw ${dir.join("locked")}`) });
    expect(tiny).toMatchObject({ ok: "trouble", title: expect.stringContaining("more files") });
  },
);

const bundle = { name: "app.tar", size: 10e6, sha256: "0".repeat(64), unpacked_size: 30e6 };
const manifest = Manifest.parse({ version: "1.2.0", bundle, files: [] });

function next(freeBytes: number, current: string | null = "1.2.0") {
  return lookAtNextUpdate({
    installer: {
      current: async () => (current === null ? null : { version: current, tree: current, manifest_sha256: null }),
      manifest: async () => manifest,
      needs: async () => [{ path: "/data/home", bytes: 30e6, inodes: 10, purpose: "unpacking", writable: true }],
    },
    downloads: "/data/downloads",
    facts: { fileSystemOf: async () => ({ ...disk, freeBytes }) },
  });
}

test("knows beforehand that the next update wouldn't fit", async () => {
  expect(inShort(await next(200e6))).toEqual(["ok: There is room for the next update"]);
  const [finding] = await next(50e6);
  expect(finding).toMatchObject({
    ok: "warning",
    title: expect.stringMatching(/^An update as large as 1\.2\.0 wouldn't fit: 7 MB are missing on \/data/),
    detail: expect.stringContaining("the download"),
  });
  expect(await next(1, null)).toEqual([]);
});
