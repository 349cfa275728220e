import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync } from "node:fs";
import { chmod, chown, lchown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CopyBench } from "./copy-bench.ts";
import { HeldFolder } from "./held-folder.ts";
import type { Journal } from "./journal.ts";
import { TreeStore } from "./tree-store.ts";
import { undo } from "./undo.ts";

const NOBODY = 65534;
const RACE_MS = 4000;
const isRoot = process.getuid?.() === 0;
const canRace = isRoot && isThere("/usr/bin/perl");
const signal = new AbortController().signal;

let bench: CopyBench;
let attacker: ChildProcess | null = null;
beforeEach(async () => {
  bench = await CopyBench.create();
  await chmod(bench.dir.path, 0o755);
});
afterEach(async () => {
  if (attacker) {
    attacker.kill("SIGKILL");
    if (attacker.exitCode === null && attacker.signalCode === null) await once(attacker, "exit");
  }
  attacker = null;
  await bench[Symbol.asyncDispose]();
});

/** The web server's user, who may write in its folder, and root's own folder beside that. */
async function attack(script: string): Promise<{ root: string; victim: string }> {
  const root = bench.dir.join("owned");
  const victim = bench.dir.join("etc");
  await mkdir(victim, { mode: 0o700 });
  await mkdir(root);
  await chown(root, NOBODY, NOBODY);
  const uids = { uid: NOBODY, gid: NOBODY };
  attacker = spawn("/usr/bin/perl", ["-e", `$| = 1; print "go"; ${script}`, root, victim], {
    ...uids,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (attacker.stdout) await once(attacker.stdout, "data");
  return { root, victim };
}

const whoseIs = async (path: string) => {
  const { uid, mode } = await stat(path);
  return { uid, mode: (mode & 0o777).toString(8) };
};

test.skipIf(!canRace)(
  "who exchanges a new folder for a link isn't given what the link leads to (needs root and perl)",
  async () => {
    const { root, victim } = await attack(
      'my ($d, $v) = @ARGV; chdir $d; for (;;) { if (rename "new", ".n" . $n++) { symlink $v, "new" } }',
    );
    for (const end = Date.now() + RACE_MS; Date.now() < end; ) {
      await rm(`${root}/new`, { recursive: true, force: true });
      await using held = new HeldFolder();
      await held.make({ root, inside: "new/file" }).catch(() => undefined);
      expect(await whoseIs(victim)).toEqual({ uid: 0, mode: "700" });
    }
  },
  RACE_MS * 5,
);

test.skipIf(!canRace)(
  "nor who does that while an emptied folder comes back, nor for a folder of root's (needs root and perl)",
  async () => {
    const { root, victim } = await attack(
      'my ($d, $v) = @ARGV; chdir $d; symlink $v, "x"; for (;;) { rename "old", "y"; rename "x", "old"; rename "old", "x"; rename "y", "old"; mkdir "old" }',
    );
    const leaving = [{ root, inside: "old", mode: 0o777, uid: NOBODY, gid: NOBODY }];
    const nothing = { waiting: [], ops: [], made: [], madeAbove: [], record: null };
    const journal: Journal = { previous: "1", next: "2", token: "t", leaving, ...nothing };
    const store = new TreeStore(bench.backups());
    for (const end = Date.now() + RACE_MS; Date.now() < end; ) {
      await undo(journal, store, () => undefined).catch(() => undefined);
      expect(await whoseIs(victim)).toEqual({ uid: 0, mode: "700" });
    }
  },
  RACE_MS * 5,
);

test.skipIf(!isRoot)(
  "a folder that comes back has its owner again, and one of root's in its place stays root's (needs root)",
  async () => {
    const own = async (path: string, mode: number) => {
      await chown(bench.www(path), NOBODY, NOBODY);
      await chmod(bench.www(path), mode);
    };
    await bench.install("1.0.0", { "web/old/a": "a", "web/other/b": "b" });
    await own("old", 0o750);
    await own("other", 0o750);
    const { move } = await bench.switchedTo("2.0.0");
    await mkdir(bench.www("other"), { mode: 0o700 });
    await writeFile(bench.www("other/roots"), "root's");
    await bench.installer.switchBack(move, bench.report);
    expect(await whoseIs(bench.www("old"))).toEqual({ uid: NOBODY, mode: "750" });
    expect(await whoseIs(bench.www("other"))).toEqual({ uid: 0, mode: "700" });
    expect((await readdir(bench.www("other"))).sort()).toEqual(["b", "roots"]);
  },
);

test("what is laid under the name of what waited doesn't keep the device from going back", async () => {
  await bench.install("1.0.0");
  const before = await bench.device();
  const { move } = await bench.switchedTo("2.0.0");
  const { waiting } = JSON.parse(await readFile(bench.backups(".journal.json"), "utf8"));
  for (const one of waiting) if (one) await writeFile(`${one.root}/${one.inside}`, "x");
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect(await bench.device()).toEqual(before);
});

const TOUCHED: [string, string, (path: string) => Promise<void>][] = [
  ["the folder is another user's", "", (path) => chown(path, NOBODY, NOBODY)],
  ["the folder is writable for its group", "", (path) => chmod(path, 0o775)],
  ["the folder is writable for all", "", (path) => chmod(path, 0o757)],
  ["the journal is another user's", ".journal.json", (path) => chown(path, NOBODY, NOBODY)],
  ["the journal is a link", ".journal.json", (path) => relinked(path)],
  ["the note whose it is is another user's", ".pawl-app.json", (path) => chown(path, NOBODY, NOBODY)],
  ["the tree is another user's", "1.0.0", (path) => chown(path, NOBODY, NOBODY)],
  ["the new tree's manifest is writable for all", "2.0.0/manifest.json", (path) => chmod(path, 0o666)],
  ["the backup's list is another user's", "1.0.0/backup.json", (path) => chown(path, NOBODY, NOBODY)],
  ["the backed up files are writable for all", "1.0.0/files", (path) => chmod(path, 0o777)],
];

test.skipIf(!isRoot).each(TOUCHED)("root acts on no backups when %s (needs root)", async (_what, name, touch) => {
  await bench.install("1.0.0");
  const { move, update } = await bench.staged("2.0.0");
  await bench.installer.backUp(move, bench.report);
  const before = await bench.device();
  const path = name === "" ? bench.backups() : bench.backups(name);
  await touch(path);
  const refused = { code: "not_writable", message: expect.stringContaining(path), fields: { path } };
  const steps = [
    () => bench.installer.verifyKept({ ...move, next: "1.0.0" }, signal),
    () => bench.installer.verifyKept(move, signal),
    () => bench.installer.backUp(move, bench.report),
    () => bench.installer.switchTo(move, bench.report),
    () => bench.installer.switchBack(move, bench.report),
    () => bench.installer.commit(move, update),
    () => bench.installer.discard(update, move),
  ];
  const isOfOneTree = /^\d/.test(name);
  for (const step of isOfOneTree ? steps.slice(2) : steps) await expect(step()).rejects.toMatchObject(refused);
  const manifests = ["1.0.0", "2.0.0"].filter((tree) => !isOfOneTree || name.startsWith(tree));
  for (const tree of manifests) await expect(bench.installer.manifest(tree)).rejects.toMatchObject(refused);
  expect(await bench.device()).toEqual(before);
});

test.skipIf(!isRoot)("nothing is staged into another user's folder, and it says what to do (needs root)", async () => {
  await mkdir(bench.backups());
  await chown(bench.backups(), NOBODY, NOBODY);
  const update = bench.newUpdate("install", "1.0.0");
  const staging = { update, ...(await bench.publish("1.0.0")) };
  await expect(bench.installer.stage(staging, bench.report, signal)).rejects.toMatchObject({
    code: "not_writable",
    message: expect.stringContaining(`chown root:root ${bench.backups()} && chmod go-w ${bench.backups()}`),
  });
  await bench.installer.discard(update, null);
  expect(await readdir(bench.backups())).toEqual([]);
});

test("a folder of backups that isn't there yet is nobody else's to write in, whatever the umask is", async () => {
  const umask = process.umask(0);
  try {
    await bench.install("1.0.0");
    await bench.install("2.0.0");
  } finally {
    process.umask(umask);
  }
  expect((await stat(bench.backups())).mode & 0o777).toBe(0o755);
});

async function relinked(path: string): Promise<void> {
  const elsewhere = `${bench.dir.path}/forged.json`;
  await writeFile(elsewhere, await readFile(path));
  await rm(path);
  await symlink(elsewhere, path);
  await lchown(path, NOBODY, NOBODY);
}

function isThere(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
