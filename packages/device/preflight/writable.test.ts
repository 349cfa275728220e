import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { chmod, lstat, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noSmallDisks, SmallDisk } from "./small-disk.ts";
import { checkWritable } from "./writable.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

test.each([
  ["a folder", async () => mkdir(dir.join("target"))],
  ["a file", async () => writeFile(dir.join("target"), "")],
  ["a link to a folder", async () => symlink(dir.path, dir.join("target"))],
  ["nothing yet", async () => undefined],
])("%s in a folder of one's own can be written, and nothing is left of the try", async (_, make) => {
  await make();
  const before = await readdir(dir.path, { recursive: false });
  await checkWritable(dir.join("target"));
  await checkWritable(dir.join("deep/below/target"));
  expect(await readdir(dir.path)).toEqual(before);
});

test("what a power cut has left of an earlier try is cleared away", async () => {
  await writeFile(dir.join(".pawl-probe"), "");
  await checkWritable(dir.path);
  expect(await readdir(dir.path)).toEqual([]);
});

test("a link in the probe's place leads nowhere", async () => {
  await writeFile(dir.join("precious"), "precious");
  await symlink(dir.join("precious"), dir.join(".pawl-probe"));
  await checkWritable(dir.path);
  expect(await readFile(dir.join("precious"), "utf8")).toBe("precious");
  await expect(lstat(dir.join(".pawl-probe"))).rejects.toMatchObject({ code: "ENOENT" });
});

test("a file where a folder should be is named", async () => {
  await writeFile(dir.join("www"), "");
  await expect(checkWritable(dir.join("www/pikit-web"))).rejects.toMatchObject({
    code: "not_writable",
    message: `Pawl has to write to ${dir.join("www/pikit-web")} and can't: ${dir.join("www")} isn't a folder. Make it writable, or correct the path in pawl.yaml.`,
    fields: { path: dir.join("www/pikit-web") },
  });
});

test("a folder of somebody else's is refused", async () => {
  await mkdir(dir.join("www"));
  await chmod(dir.join("www"), 0o555);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) await chmod(dir.path, 0o755);
  if (isRoot) process.seteuid?.("nobody");
  try {
    await expect(checkWritable(dir.join("www/page"))).rejects.toMatchObject({
      code: "not_writable",
      message: expect.stringContaining("Pawl isn't allowed to"),
      fields: { path: dir.join("www/page") },
    });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test.skipIf(noSmallDisks)("a file system that is mounted read-only is refused, to root as well", async () => {
  using _disk = SmallDisk.on(dir.join("www"), { readOnly: true });
  await expect(checkWritable(dir.join("www/page"))).rejects.toMatchObject({
    code: "not_writable",
    message: expect.stringContaining("the file system is mounted read-only"),
  });
});

test.skipIf(noSmallDisks)("a folder without room for a single file more is full, not forbidden", async () => {
  using disk = SmallDisk.on(dir.join("www"), { inodes: 2 });
  await writeFile(dir.join("www/last"), "");
  await expect(checkWritable(disk.path)).rejects.toMatchObject({ code: "disk_full" });
  expect(await readdir(disk.path)).toEqual(["last"]);
});

test.skipIf(!canPin())("a folder that is pinned is refused to root, whom the system tells it is writable", async () => {
  await mkdir(dir.join("www"));
  spawnSync("chattr", ["+i", dir.join("www")]);
  try {
    await expect(checkWritable(dir.join("www"))).rejects.toMatchObject({ code: "not_writable" });
  } finally {
    spawnSync("chattr", ["-i", dir.join("www")]);
  }
});

/** Not every file system can. */
function canPin(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "pawl-pin-"));
  const pinned = process.getuid?.() === 0 && spawnSync("chattr", ["+i", folder]).status === 0;
  if (pinned) spawnSync("chattr", ["-i", folder]);
  rmdirSync(folder);
  return pinned;
}
