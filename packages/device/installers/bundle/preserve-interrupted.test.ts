import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { chmod, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundled } from "../../testing/bundled.ts";
import { copyTree } from "../../testing/copy-tree.ts";
import { layoutOf, pointCurrent } from "./layout.ts";
import type { ReleaseTree } from "./ownership.ts";
import { ownershipOf } from "./ownership-fixture.ts";
import { mend, preserve, preserveLate } from "./preserve.ts";
import { carryOver } from "./preserve-process.ts";
import { onDisk, seen, writeContents, writeTree } from "./tree-fixture.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const OWNERS = { keep: ["data/**", "state.json"], config: ["own.json"] };
/** Two at a time: this is about where a process dies, not about load. */
const CHILDREN = 2;

let programs: TempDir;
let preserveProcess: string;

beforeAll(async () => {
  programs = await TempDir.create();
  preserveProcess = await bundled(new URL("./preserve-process.ts", import.meta.url), programs.path);
});
afterAll(() => programs?.[Symbol.asyncDispose]());

/** Two releases after one update, with everything in the running one that makes work: half of it is in shared/ already. */
async function richTrees(home: string): Promise<[ReleaseTree, ReleaseTree]> {
  const files = { "app/run.js": "1", "app/config.json": "c1", "own.json": "o1", "data/seed.json": "seed", thing: "t" };
  const config = ["app/config.json", "thing"];
  const before = await writeTree(home, "0.9.0", { files, config });
  const from = await writeTree(home, "1.0.0", { files, config });
  const newer = { "app/run.js": "2", "app/config.json": "c2", "own.json": "o2", "data/seed.json": "2", "data/n": "n" };
  const to = await writeTree(home, "2.0.0", {
    files: { ...newer, "thing/a": "a", "newly/shipped.txt": "shipped" },
    config: ["app/config.json"],
  });
  await pointCurrent(layoutOf(home), "1.0.0");
  await writeContents(before.path, {
    "state.json": "old state",
    "cache/a": "a",
    "cache/sub/b": "b",
    "app/config.json": "mine",
  });
  await preserve(before, from, ownershipOf(home, OWNERS));
  await rm(before.path, { recursive: true });

  await replaceByRename(join(from.path, "state.json"), "new state");
  await replaceByRename(join(from.path, "app/config.json"), "mine again");
  await rm(join(from.path, "cache"));
  await writeContents(from.path, {
    "cache/a": "a made anew",
    "cache/sub/c": "c",
    "own.json": "edited",
    thing: "edited",
    "notes.txt": "notes",
    "app/neighbour": { link: "run.js" },
    "folder/up": { link: "../app/run.js" },
    "folder/deep/empty/": "",
    "newly/shipped.txt": "there before",
    "data/later": "later",
  });
  await chmod(join(from.path, "notes.txt"), 0o600);
  return [from, to];
}

async function replaceByRename(path: string, text: string): Promise<void> {
  await writeFile(`${path}~`, text);
  await rename(`${path}~`, path);
}

async function runKilled(home: string, method: string, after: number): Promise<number | NodeJS.Signals | null> {
  const argv = ["--import", here("./kill-after-call.mjs"), preserveProcess, home, method, JSON.stringify(OWNERS)];
  const child = spawn(process.execPath, argv, {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KILL_AFTER_CALL: String(after) },
  });
  const [code, signal] = await once(child, "exit");
  return signal ?? code;
}

test.each(["preserve", "preserveLate"])(
  "%s, killed after any of its changes to the disk: mended, the running release misses nothing; run again, it ends the same",
  async (method) => {
    await using dir = await TempDir.create();
    await richTrees(dir.join("template"));
    const copy = async (name: string) => {
      await copyTree(dir.join("template"), dir.join(name));
      return dir.join(name);
    };
    const whole = await copy("whole");
    await carryOver(whole, method, OWNERS);
    const expected = await onDisk(whole);
    expect(Object.keys(expected).length).toBeGreaterThan(40);

    const before = await seen(join(dir.join("template"), "current"));
    let after = 0;
    let isOver = false;
    const worker = async () => {
      while (!isOver) {
        const n = ++after;
        const home = await copy(`killed-${n}`);
        const end = await runKilled(home, method, n);
        if (end === 0) isOver = true;
        else expect(end).toBe("SIGKILL");
        const ownership = ownershipOf(home, OWNERS);
        if (existsSync(ownership.moving)) {
          await mend({ path: join(layoutOf(home).releases, "1.0.0") }, ownership, async () => {});
        }
        expect(await seen(join(home, "current")), `killed after change ${n}`).toMatchObject(before);
        await carryOver(home, method, OWNERS);
        expect(await onDisk(home), `killed after change ${n}`).toEqual(expected);
        rmSync(home, { recursive: true });
      }
    };
    const workers = Array.from({ length: CHILDREN }, () =>
      worker().finally(() => {
        isOver = true;
      }),
    );
    const failed = (await Promise.allSettled(workers)).find((one) => one.status === "rejected");
    if (failed) throw failed.reason;
    expect(after).toBeGreaterThan(30);
  },
  180_000,
);

test("a reader in another process never misses a file of the running tree while files move", async () => {
  await using dir = await TempDir.create();
  const ownership = ownershipOf(dir.path, { keep: ["kept/**"] });
  const names = Array.from({ length: 300 }, (_, n) => `f${n}`);
  const files = { "app/run.js": "1", "app/config.json": "c1", "kept/seed": "seed" };
  const config = ["app/config.json"];
  const from = await writeTree(dir.path, "1.0.0", { files, config });
  const to = await writeTree(dir.path, "2.0.0", { files: { ...files, "app/config.json": "c2" }, config });
  await pointCurrent(layoutOf(dir.path), "1.0.0");
  await writeContents(from.path, Object.fromEntries(names.map((name) => [`app/${name}`, name])));
  await writeFile(join(from.path, "app/config.json"), "mine");
  const watched = [...names.map((name) => `app/${name}`), "app/config.json", "kept/seed", "app/run.js"];

  const reader = spawn(process.execPath, [here("./reading-process.mjs"), layoutOf(dir.path).current, ...watched], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let said = "";
  reader.stdout.on("data", (bytes) => {
    said += bytes;
  });
  await once(reader.stdout, "data");
  await preserve(from, to, ownership);
  await preserveLate(from, to, ownership);
  reader.stdin.end();
  await once(reader, "close");
  const { rounds, misses } = JSON.parse(said.trim().split("\n").at(-1) ?? "");
  expect(misses).toEqual([]);
  expect(rounds).toBeGreaterThan(2);
});

test("nothing is lost of a file that its app replaces all the time while it is moved", async () => {
  await using dir = await TempDir.create();
  const from = await writeTree(dir.path, "1.0.0", { files: { "run.js": "1" } });
  const to = await writeTree(dir.path, "2.0.0", { files: { "run.js": "2" } });
  await pointCurrent(layoutOf(dir.path), "1.0.0");
  const ownership = ownershipOf(dir.path);
  await writeContents(from.path, { "state.json": "0" });
  let written = 0;
  let isOver = false;
  const writing = (async () => {
    while (!isOver) await replaceByRename(join(from.path, "state.json"), String(++written));
  })();
  for (let n = 0; n < 10; n++) await preserve(from, to, ownership);
  isOver = true;
  await writing;
  await preserveLate(from, to, ownership);
  expect(await readFile(join(to.path, "state.json"), "utf8")).toBe(String(written));
});
