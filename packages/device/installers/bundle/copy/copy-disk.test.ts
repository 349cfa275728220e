import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, statfs, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CopyBench } from "./copy-bench.ts";

const exec = promisify(execFile);
const KB = 1024;
const big = (kilobytes: number, letter: string) => letter.repeat(kilobytes * KB);

/** Everything of the device on a file system of 1 MB. Mounting one takes root; then it has to work. */
const isRoot = process.getuid?.() === 0;

let bench: CopyBench;
let isMounted = false;
beforeEach(async () => {
  bench = await CopyBench.create();
});
afterEach(async () => {
  if (isMounted) await exec("umount", [bench.dir.join("disk")]);
  isMounted = false;
  await bench[Symbol.asyncDispose]();
});

async function smallDisk(options = "size=1m"): Promise<void> {
  await mkdir(bench.dir.join("disk"));
  await exec("mount", ["-t", "tmpfs", "-o", options, "none", bench.dir.join("disk")]);
  isMounted = true;
  const map = { "web/": bench.dir.join("disk/app"), "tool.py": bench.dir.join("bin/tool.py") };
  bench.installer = bench.newInstaller({ map, backup_dir: bench.dir.join("disk/backups") });
}

const onDisk = (path: string) => readFile(bench.dir.join("disk/app", path), "utf8");

test.skipIf(!isRoot)("a full disk is met before the switch, and leaves nothing behind (needs root)", async () => {
  await smallDisk();
  await bench.install("1.0.0", { "web/big": big(200, "1") });
  const { bavail } = await statfs(bench.dir.join("disk"));
  // Unpacked and as a backup it fits, and not once more beside its place.
  const { move, update } = await bench.staged("2.0.0", { "web/big": big(300, "2") });
  await expect(bench.installer.backUp(move, bench.report)).rejects.toMatchObject({ code: "disk_full" });
  expect(await onDisk("version.txt")).toBe("1.0.0");
  await bench.installer.discard(update, move);
  expect((await statfs(bench.dir.join("disk"))).bavail).toBeGreaterThanOrEqual(bavail);
  expect(await readdir(bench.dir.join("disk/app"))).toEqual(["big", "config.json", "data", "version.txt"]);
});

test.skipIf(!isRoot)(
  "a disk that got full after the switch makes room for the earlier release (needs root)",
  async () => {
    await smallDisk();
    await bench.install("1.0.0", { "web/big": big(200, "1") });
    const { move } = await bench.switchedTo("2.0.0", { "web/big": big(200, "2") });
    const filled = await exec("dd", ["if=/dev/zero", `of=${bench.dir.join("disk/filler")}`, "bs=1k"]).catch(
      () => "full",
    );
    expect(filled).toBe("full");
    expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
    expect(await onDisk("version.txt")).toBe("1.0.0");
    expect(await onDisk("big")).toBe(big(200, "1"));
    expect(bench.lines.at(-1)).toMatch(/^The disk is full: removing the copy of 2.0.0/);
    expect(await bench.installer.kept()).toEqual([]);
  },
);

test.skipIf(!isRoot)(
  "a mapped folder that is read-only is refused before anything is changed (needs root)",
  async () => {
    await smallDisk();
    await writeFile(bench.dir.join("disk/there"), "");
    bench.installer = bench.newInstaller({ map: { "./": bench.dir.join("disk/app") } });
    await exec("mount", ["-o", "remount,ro", bench.dir.join("disk")]);
    const staging = { update: bench.newUpdate("install", "1.0.0"), ...(await bench.publish("1.0.0")) };
    await expect(bench.installer.stage(staging, bench.report, new AbortController().signal)).rejects.toMatchObject({
      code: "not_writable",
      fields: { path: bench.dir.join("disk") },
    });
    expect(await readdir(bench.dir.join("state"))).toEqual([]);
  },
);

test.skipIf(!isRoot)(
  "what is needed is told for each file system, with what each has of it now (needs root)",
  async () => {
    await smallDisk("size=4m");
    await bench.install("1.0.0", { "web/big": big(100, "1") });
    const { manifest } = await bench.publish("2.0.0", { "web/big": big(150, "2") });
    const unpacked = manifest.bundle?.unpacked_size ?? 0;
    const tool = "tool 1.0.0".length;
    const sizes = "1.0.0".length + "c 1.0.0".length + 100 * KB;
    expect(await bench.installer.needs(manifest)).toEqual([
      { path: bench.dir.join("disk/backups"), bytes: unpacked, inodes: 11, purpose: "unpacking", writable: true },
      expect.objectContaining({ purpose: "the backup", bytes: sizes + tool, inodes: 4 }),
      { path: bench.dir.join("bin"), bytes: tool, inodes: 1, purpose: "the new files", writable: true },
      expect.objectContaining({ path: bench.dir.join("disk/app"), bytes: unpacked - tool, inodes: 4 }),
    ]);
  },
);
