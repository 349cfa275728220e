import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { tryLock } from "../flock.ts";
import { createLog } from "../log/log.ts";
import { removeScratch, Scratch, scratchesIn } from "./scratch.ts";

const log = createLog({ level: "silent" });

/** As builds leave it: longer than a path may be, and nobody may look into a part of it. */
async function litter(path: string): Promise<void> {
  await mkdir(join(path, "dark"), { mode: 0o700 });
  await writeFile(join(path, "dark", "file"), "");
  const deep = "my $n = 0 x 200; for (1..40) { mkdir $n and chdir $n or die }; chmod 0, $ARGV[0]";
  execFileSync("perl", ["-e", deep, join(path, "dark")], { cwd: path });
}

test("what builds leave is removed behind their answers, and is gone when the worker has ended", async () => {
  await using dir = await TempDir.create("pawl-scratch-");
  {
    await using scratch = await Scratch.open(dir.path, log);
    for (const name of ["1", "2", "3", "4", "5"]) {
      await using folder = await scratch.folder(name);
      await litter(folder.path);
    }
    // The same build again.
    await using again = await scratch.folder("5");
    expect(await readdir(again.path)).toEqual([]);
  }
  expect(await readdir(dir.path)).toEqual([]);
});

test("what a killed worker has left is found and removed, and nothing of one that lives", async () => {
  await using dir = await TempDir.create("pawl-scratch-");
  // No process has begun at that time.
  const left = dir.join(`${process.pid}-1-0badcafe`);
  await mkdir(left);
  await litter(left);
  await using living = await Scratch.open(dir.path, log, "0123");
  await using folder = await living.folder("1");
  await using next = await Scratch.open(dir.path, log, "4567");
  expect((await next.folder("1")).path).not.toBe(folder.path);
  const found = await scratchesIn(dir.path);
  expect(found.map(({ worker, isAlive, isHere }) => [worker, isAlive, isHere]).sort()).toEqual([
    ["0123", true, true],
    ["0badcafe", false, false],
    ["4567", true, true],
  ]);
  const dead = found.filter(({ isAlive }) => !isAlive);
  // Two workers at the same time.
  await Promise.all([...dead, ...dead].map((scratch) => removeScratch(scratch, log)));
  expect(existsSync(left)).toBe(false);
  expect(existsSync(folder.path)).toBe(true);
  // As one that is in another container: it has a number that means nobody here.
  await mkdir(left);
  await using _ = await tryLock(left);
  expect((await scratchesIn(dir.path)).find(({ worker }) => worker === "0badcafe")).toMatchObject({
    isAlive: true,
    isHere: false,
  });
});
