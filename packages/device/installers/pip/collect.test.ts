import { execFile } from "node:child_process";
import { mkdir, readdir, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { collectWheels } from "./collect.ts";

const exec = promisify(execFile);
const { signal } = new AbortController();
const NAME = "kettle-1.0-py3-none-any.whl";

test("wheels are taken over, and nothing that isn't called as one", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("made"));
  await writeFile(dir.join("made", NAME), "a wheel");
  await writeFile(dir.join("made", "notes.txt"), "");
  const collected = await collectWheels(dir.join("made"), dir.join("ours"), "1.0", signal);
  expect(collected).toMatchObject([{ path: dir.join("ours", NAME), file: NAME }]);
  expect(await readdir(dir.join("ours"))).toEqual([NAME]);
});

test.skipIf(process.geteuid?.() !== 0)("a wheel of holes doesn't fill the disk as root takes it over", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("made"));
  await mkdir(dir.join("ours"));
  await exec("mount", ["-t", "tmpfs", "-o", "size=8m", "none", dir.join("ours")]);
  try {
    const wheel = dir.join("made", NAME);
    await writeFile(wheel, "");
    await truncate(wheel, 8 * 1024 ** 2 - 20_000);
    expect((await stat(wheel)).blocks).toBe(0);
    const collecting = collectWheels(dir.join("made"), dir.join("ours"), "1.0", signal);
    await expect(collecting).rejects.toMatchObject({
      code: "disk_full",
      fields: { path: dir.join("ours"), version: "1.0" },
    });
    expect(await readdir(dir.join("ours"))).toEqual([]);
  } finally {
    await exec("umount", [join(dir.path, "ours")]);
  }
});
