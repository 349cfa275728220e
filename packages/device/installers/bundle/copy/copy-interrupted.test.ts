import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { chmod, rename, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Move } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundled } from "../../../testing/bundled.ts";
import { copyInto } from "../../../testing/copy-tree.ts";
import { type Contents, writeContents } from "../tree-fixture.ts";
import { CopyBench } from "./copy-bench.ts";
import { DONE, installerAt, step } from "./copy-process.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** A hundred processes or so, on a machine that may be busy. */
const LIMIT_MS = 600_000;

let programs: TempDir;
let copyProcess: string;

beforeAll(async () => {
  programs = await TempDir.create();
  copyProcess = await bundled(new URL("./copy-process.ts", import.meta.url), programs.path);
});
afterAll(() => programs?.[Symbol.asyncDispose]());

const OLDER: Contents = {
  "web/own.json": "own 1",
  "web/same.txt": "same",
  "web/left/only.txt": "only in 1",
  "web/to-folder": "a file",
  "web/to-file/inside": "a folder",
  "web/link": { link: "version.txt" },
};
const NEWER: Contents = {
  "web/own.json": "own 2",
  "web/same.txt": "same",
  "web/added/deep/x": "x",
  "web/to-folder/inside": "a folder",
  "web/to-file": "a file",
  "web/link": { link: "same.txt" },
  "web/data/late": "late",
  "web/themes.json": "shipped",
};

/** 1.0.0 in place, with edited config and other files; 2.0.0 staged. */
async function readyBench(): Promise<{ bench: CopyBench; move: Move }> {
  const bench = await CopyBench.create();
  await bench.install("1.0.0", OLDER);
  await writeContents(bench.www(), { "config.json": "mine", notes: "notes", "data/db": "db", "themes.json": "mine" });
  await chmod(bench.www("left"), 0o750);
  const { move } = await bench.staged("2.0.0", NEWER);
  return { bench, move };
}

/** Keeps the device as it is now under a name; what it gives sets it back to that. */
async function keepAs(name: string, { dir }: CopyBench): Promise<() => Promise<void>> {
  const parts = ["state", "www", "bin"];
  const copy = async (from: string, to: string) => {
    for (const part of parts) rmSync(dir.join(to, part), { recursive: true, force: true });
    await copyInto(
      dir.join(to),
      parts.map((part) => dir.join(from, part)),
    );
    rmSync(dir.join(DONE), { force: true });
  };
  await copy("", name);
  return () => copy(name, "");
}

async function runKilled(bench: CopyBench, steps: string, move: Move, after: number): Promise<unknown> {
  const argv = ["--import", here("./kill-after-write.mjs"), copyProcess];
  const child = spawn(process.execPath, [...argv, bench.dir.path, steps, JSON.stringify(move)], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KILL_AFTER_WRITE: String(after) },
  });
  const [code, signal] = await once(child, "exit");
  return signal ?? code;
}

test(
  "killed after any change to the disk before or in the switch: undone it is as before, done again as if never killed",
  async () => {
    const { bench, move } = await readyBench();
    await using _bench = bench;
    const before = await bench.device();
    const setBack = await keepAs("whole", bench);
    for (const name of ["backUp", "switchTo"] as const) await step(installerAt(bench.dir.path), name, move);
    const after = await bench.device();
    expect(after).not.toEqual(before);

    let end: unknown = null;
    let n = 0;
    while (end !== 0) {
      await setBack();
      end = await runKilled(bench, "backUp,switchTo", move, ++n);
      if (end !== 0) expect(end).toBe("SIGKILL");
      const wasBackedUp = existsSync(bench.dir.join(DONE));
      const killed = installerAt(bench.dir.path);
      const setBackToKilled = await keepAs("killed", bench);
      await step(killed, "switchBack", move);
      expect(await bench.device(), `undone after change ${n}`).toEqual(before);
      // The switch again, or all of it, as the engine does when the backup isn't on record.
      await setBackToKilled();
      if (!wasBackedUp) await step(killed, "backUp", move);
      await step(killed, "switchTo", move);
      expect(await bench.device(), `done again after change ${n}`).toEqual(after);
    }
    expect(n).toBeGreaterThan(60);
  },
  LIMIT_MS,
);

test(
  "killed after any change to the disk while it goes back, and run again, it is as before",
  async () => {
    const { bench, move } = await readyBench();
    await using _bench = bench;
    const before = await bench.device();
    for (const name of ["backUp", "switchTo"] as const) await step(installerAt(bench.dir.path), name, move);
    const setBack = await keepAs("whole", bench);
    let end: unknown = null;
    let n = 0;
    while (end !== 0) {
      await setBack();
      end = await runKilled(bench, "switchBack", move, ++n);
      if (end !== 0) expect(end).toBe("SIGKILL");
      await step(installerAt(bench.dir.path), "switchBack", move);
      expect(await bench.device(), `killed after change ${n}`).toEqual(before);
      expect(await installerAt(bench.dir.path).current()).toMatchObject({ version: "1.0.0" });
    }
    expect(n).toBeGreaterThan(30);
  },
  LIMIT_MS,
);

test("a reader in another process never misses a file that is there before and after", async () => {
  await using bench = await CopyBench.create();
  const many = (version: string) =>
    Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`web/many/${n}`, `${version} ${n}`]));
  await bench.install("1.0.0", many("1"));
  const watched = [...Object.keys(many("1")).map((path) => path.slice(4)), "version.txt", "config.json", "data/seed"];
  const argv = [fileURLToPath(new URL("../reading-process.mjs", import.meta.url)), bench.www(), ...watched];
  const reader = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  reader.stdout.on("data", (bytes) => {
    said += bytes;
  });
  await once(reader.stdout, "data");
  await bench.install("2.0.0", many("2"));
  await writeFile(bench.www("edited"), "edited");
  await rename(bench.www("edited"), bench.www("config.json"));
  const { move } = await bench.switchedTo("3.0.0", many("3"));
  await bench.installer.switchBack(move, bench.report);
  await bench.rollBack();
  reader.stdin.end();
  await once(reader, "close");
  const { rounds, misses } = JSON.parse(said.trim().split("\n").at(-1) ?? "");
  expect(misses).toEqual([]);
  expect(rounds).toBeGreaterThan(2);
});
