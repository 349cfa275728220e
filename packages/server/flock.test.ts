import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, rename } from "node:fs/promises";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { isLocked, tryLock } from "./flock.ts";

const exec = promisify(execFile);
const HELPER = new URL("./flock.ts", import.meta.url).href;

test("one at a time has a folder, under whatever name, until it gives it back", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("a"));
  expect(await isLocked(dir.join("a"))).toBe(false);
  {
    await using held = await tryLock(dir.join("a"));
    expect(held).not.toBeNull();
    await rename(dir.join("a"), dir.join("b"));
    expect(await tryLock(dir.join("b"))).toBeNull();
    // As from another container.
    const look = `import { isLocked } from ${JSON.stringify(HELPER)}; console.log(await isLocked(process.argv[1]))`;
    const there = [
      "--pid",
      "--fork",
      "--mount-proc",
      process.execPath,
      "--input-type=module",
      "-e",
      look,
      dir.join("b"),
    ];
    expect((await exec("unshare", there)).stdout).toBe("true\n");
  }
  expect(await isLocked(dir.join("b"))).toBe(false);
  expect(await isLocked(dir.join("a"))).toBe(false);
});

test("what a killed process had is nobody's", async () => {
  await using dir = await TempDir.create();
  const hold = `import { tryLock } from ${JSON.stringify(HELPER)}; globalThis.kept = await tryLock(process.argv[1]); console.log("held"); setInterval(() => {}, 1000)`;
  const other = spawn(process.execPath, ["--input-type=module", "-e", hold, dir.path], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(other.stdout, "data");
  expect(await isLocked(dir.path)).toBe(true);
  other.kill("SIGKILL");
  await once(other, "exit");
  expect(await isLocked(dir.path)).toBe(false);
});
