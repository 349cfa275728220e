import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bundled } from "../../testing/bundled.ts";
import { copyTree } from "../../testing/copy-tree.ts";
import { finishAdoption } from "./adopt.ts";
import { adoptPartsOf, BY_HAND, bundleOf, makeByHand, released } from "./adopt-fixture.ts";
import { adoptByHand } from "./adopt-process.ts";
import { layoutOf } from "./layout.ts";
import { SymlinkInstaller } from "./symlink-installer.ts";
import { type Contents, onDisk, writeTree } from "./tree-fixture.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
/** Two at a time: this is about where a process dies, not about load. */
const CHILDREN = 2;

let programs: TempDir;
let adoptProcess: string;

beforeAll(async () => {
  programs = await TempDir.create();
  adoptProcess = await bundled(new URL("./adopt-process.ts", import.meta.url), programs.path);
});
afterAll(() => programs?.[Symbol.asyncDispose]());
/** Another file system than that of the temporary folders. */
const SHM = "/dev/shm";
const hasOther = existsSync(SHM) && (await stat(SHM)).dev !== (await stat(tmpdir())).dev;

/** Files that Pawl writes itself, at whatever time. */
const OWN = /(manifest|installed)\.json$/;

/** Everything of a device, without the names of its own folders. */
async function device(dir: string, home: string): Promise<Record<string, string>> {
  const rest = home.startsWith(dir) ? {} : prefixed("home", await onDisk(home));
  const both = { ...prefixed("dir", await onDisk(dir)), ...rest };
  const neutral = (path: string, what: string) =>
    what
      .replaceAll(home, "HOME")
      .replaceAll(dir, "DIR")
      .replace(OWN.test(path) ? / [\d.]+ / : /$/, " ");
  return Object.fromEntries(Object.entries(both).map(([path, what]) => [path, neutral(path, what)]));
}

function prefixed(prefix: string, found: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(found).map(([path, what]) => [`${prefix}/${path}`, what]));
}

async function runKilled(dir: string, home: string, after: number): Promise<number | NodeJS.Signals | null> {
  const child = spawn(process.execPath, ["--import", here("./kill-after-call.mjs"), adoptProcess, dir, home], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, KILL_AFTER_CALL: String(after) },
  });
  const [code, signal] = await once(child, "exit");
  return signal ?? code;
}

/** Kills after the first change, the second, and so on, until a process gets to its end; each time somebody else goes on. */
async function killedAfterEach(
  root: string,
  otherRoot: string,
  goOn: (dir: string, home: string) => Promise<unknown>,
  contents: Contents = BY_HAND,
) {
  const template = join(root, "template");
  await makeByHand(template, contents);
  await writeTree(join(template, "home"), "1.0.0", { files: released("1.0.0"), config: ["web/config.json"] });
  const copy = async (name: string) => {
    const [dir, home] = [join(root, name), join(otherRoot, name, "home")];
    await copyTree(template, dir);
    if (home !== join(dir, "home")) {
      await copyTree(join(dir, "home"), home);
      await rm(join(dir, "home"), { recursive: true });
    }
    return [dir, home] as const;
  };
  const whole = await copy("whole");
  await adoptByHand(...whole);
  const expected = await device(...whole);
  expect(expected["dir/www/web"]).toContain("current/web");

  let after = 0;
  let isOver = false;
  const worker = async () => {
    while (!isOver) {
      const n = ++after;
      const [dir, home] = await copy(`killed-${n}`);
      const end = await runKilled(dir, home, n);
      if (end === 0) isOver = true;
      else expect(end).toBe("SIGKILL");
      await new SymlinkInstaller({ ...unused(dir), config: bundleOf(dir, { home }) }).current();
      await goOn(dir, home);
      expect(await device(dir, home), `killed after change ${n}`).toEqual(expected);
      rmSync(dir, { recursive: true });
      rmSync(join(otherRoot, `killed-${n}`), { recursive: true, force: true });
    }
  };
  const workers = Array.from({ length: CHILDREN }, () =>
    worker().finally(() => {
      isOver = true;
    }),
  );
  const failed = (await Promise.allSettled(workers)).find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return after;
}

function unused(dir: string) {
  const { installed, run } = adoptPartsOf(dir);
  return { installed, run, source: "", now: () => new Date(0), backupDir: "", versionBefore: async () => null };
}

test("killed after any of its changes to the disk and run again, an adoption ends the same and nothing is lost", async () => {
  await using dir = await TempDir.create();
  expect(await killedAfterEach(dir.path, dir.path, adoptByHand)).toBeGreaterThan(12);
}, 180_000);

test.skipIf(!hasOther)(
  "the same across file systems, where the tree is a copy",
  async () => {
    await using dir = await TempDir.create();
    const other = await mkdtemp(join(SHM, "pawl-"));
    try {
      const few = {
        "www/web/app.js": "app 0.9",
        "www/web/uploads/a": "a",
        "www/web/outside": { link: "../neighbour" },
      };
      expect(await killedAfterEach(dir.path, other, adoptByHand, few)).toBeGreaterThan(20);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  },
  180_000,
);

test("§6 adoption: recovery finishes what was begun, without knowing the update, and leaves what wasn't", async () => {
  await using dir = await TempDir.create();
  let [begun, untouched] = [0, 0];
  const recover = async (device: string, home: string) => {
    const parts = adoptPartsOf(device, bundleOf(device, { home }));
    const isBegun = existsSync(join(home, "adoption.json"));
    const isDone = existsSync(layoutOf(home).current);
    expect(await finishAdoption(parts)).toBe(isBegun ? "0.9.0" : null);
    if (isBegun) begun++;
    else if (!isDone) {
      untouched++;
      await adoptByHand(device, home);
    }
    expect(await finishAdoption(parts)).toBeNull();
  };
  await killedAfterEach(dir.path, dir.path, recover);
  expect(begun).toBeGreaterThan(5);
  expect(untouched).toBeGreaterThan(0);
}, 180_000);

test("what an app made anew at its path while the power was out is kept beside it", async () => {
  await using dir = await TempDir.create();
  let one = dir.path;
  for (let n = 1; !existsSync(join(one, "home/releases/.adopting/web")); n++) {
    one = dir.join(`${n}`);
    await makeByHand(one);
    await writeTree(join(one, "home"), "1.0.0", { files: released("1.0.0"), config: ["web/config.json"] });
    await runKilled(one, join(one, "home"), n);
  }
  await writeFile(join(one, "www/web"), "made anew", { flag: "wx" });
  await adoptByHand(one, join(one, "home"));
  const found = await onDisk(join(one, "www"));
  expect(found["web.pawl-old"]).toMatch(/made anew$/);
  expect(found.web).toMatch(/home\/current\/web$/);
});
