import { spawn } from "node:child_process";
import { once } from "node:events";
import { lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BundleInstall, type Move, type Update, type UpdateKind } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packRelease } from "../../publish/index.ts";
import { InstalledStore } from "../../store/installed.ts";
import { run } from "../../system/run.ts";
import type { Installer, Staging } from "../types.ts";
import { bundleInstaller } from "./index.ts";
import { type Contents, seen, writeContents } from "./tree-fixture.ts";

const NOW = new Date("2025-05-01T12:00:00Z");

let dir: TempDir;
let installer: Installer;
let lines: string[];
let updates: number;
beforeEach(async () => {
  dir = await TempDir.create();
  lines = [];
  updates = 0;
  await mkdir(dir.join("state"));
  installer = newInstaller();
});
afterEach(() => dir[Symbol.asyncDispose]());

const signal = new AbortController().signal;
const report = { line: (text: string) => lines.push(text), advance: () => undefined };
const home = (...path: string[]) => dir.join("home", ...path);
const current = (...path: string[]) => home("current", ...path);

function newInstaller(more: Partial<BundleInstall> = {}): Installer {
  const bundle = BundleInstall.parse({
    home: home(),
    map: { "app/": dir.join("www/app") },
    keep: ["app/data/**"],
    config: ["app/own.json"],
    ...more,
  });
  const installed = new InstalledStore(dir.join("state/installed.json"));
  return bundleInstaller({
    config: bundle,
    installed,
    run,
    source: "https://example.org/index.json",
    now: () => NOW,
    backupDir: dir.join("state/backups"),
    versionBefore: async () => null,
  });
}

async function publish(version: string, more: Contents = {}): Promise<Omit<Staging, "update">> {
  const files = { "app/version.txt": version, "app/config.json": `c ${version}`, "app/data/seed": `seed ${version}` };
  const source = dir.join(`source-${version}`);
  await rm(source, { recursive: true, force: true });
  await writeContents(source, { ...files, ...more });
  const packed = await packRelease({
    dir: source,
    outDir: dir.join("published"),
    name: "app",
    version,
    config: ["app/config.json"],
    replace: true,
  });
  const manifestBytes = await readFile(join(packed.folder, "manifest.json"));
  const bundlePath = join(packed.folder, packed.manifest.bundle?.name ?? "");
  return { manifest: packed.manifest, manifestBytes, bundlePath };
}

function newUpdate(kind: UpdateKind, to: string): Update {
  return {
    id: `mabcdefg-${String(++updates).padStart(6, "0")}`,
    kind,
    from: null,
    to,
    channel: "stable",
    by_name: false,
    force: false,
    unattended: false,
    started_at: NOW.toISOString(),
    resumed: false,
    bytes_downloaded: 0,
  };
}

/** All but the end of an install: the release is in place and is to prove itself. Every step twice, as after a power cut. */
async function switchedTo(version: string, more: Contents = {}): Promise<{ move: Move; update: Update }> {
  const update = newUpdate("install", version);
  const staging = { update, ...(await publish(version, more)) };
  const first = await installer.stage(staging, report, signal);
  const move = await installer.stage(staging, report, signal);
  expect(move).toEqual(first);
  await twice(() => installer.backUp(move, report));
  await twice(() => installer.switchTo(move, report));
  await twice(() => installer.settle(move, report));
  return { move, update };
}

async function install(version: string, more: Contents = {}): Promise<void> {
  const { move, update } = await switchedTo(version, more);
  await twice(() => installer.commit(move, update));
  expect(await readFile(dir.join("www/app/version.txt"), "utf8")).toBe(version);
}

async function rollBack(): Promise<void> {
  const [to] = await installer.backups();
  if (!to) throw new Error("There is nothing to go back to.");
  const previous = (await installer.current())?.tree ?? null;
  const move = { previous, next: to.tree, manifest_sha256: null, kept: true };
  await twice(() => installer.backUp(move, report));
  await twice(() => installer.switchTo(move, report));
  await twice(() => installer.settle(move, report));
  await twice(() => installer.commit(move, newUpdate("rollback", to.version)));
}

async function twice(step: () => Promise<unknown>): Promise<void> {
  await step();
  await step();
}

async function backups(): Promise<string[]> {
  return (await installer.backups()).map(({ tree }) => tree);
}

test("§4 home, §4 map, §6 installed: the first release is in place with its mapped paths and a record of where it came from", async () => {
  expect(await installer.current()).toBeNull();
  expect(await backups()).toEqual([]);
  await install("1.0.0");
  expect(await readlink(home("current"))).toBe("releases/1.0.0");
  expect(await readlink(dir.join("www/app"))).toBe(home("current/app"));
  expect(await readdir(home())).toEqual(["current", "releases", "shared"]);
  expect(await readdir(home("releases"))).toEqual(["1.0.0"]);
  const { manifest_sha256 } = (await installer.current()) ?? {};
  expect(JSON.parse(await readFile(dir.join("state/installed.json"), "utf8"))).toEqual({
    version: "1.0.0",
    manifest_sha256,
    channel: "stable",
    source: "https://example.org/index.json",
    installed_at: NOW.toISOString(),
    earlier: [],
  });
  expect(await installer.current()).toEqual({ tree: "1.0.0", version: "1.0.0", manifest_sha256 });
});

test("§6 in both: what the app and the owner wrote survives install, rollback, second install and going forward again", async () => {
  await install("1.0.0");
  await writeContents(current(), { "app/config.json": "mine", "app/data/db": "db", "app/.env": "env", "logs/1": "1" });
  await install("2.0.0");
  expect(await backups()).toEqual(["1.0.0"]);
  const theirs = { "app/data/db": "db", "app/data/seed": "seed 1.0.0", "app/.env": "env", "logs/1": "1" };
  expect(await seen(current())).toEqual({
    "app/version.txt": "2.0.0",
    "app/config.json": "mine",
    "app/config.json.pawl-new": "c 2.0.0",
    ...theirs,
  });
  await writeContents(current(), { "app/data/db": "db of 2", "logs/2": "2" });

  await rollBack();
  expect(await installer.current()).toMatchObject({ version: "1.0.0" });
  expect(await backups()).toEqual([]);
  const later = { ...theirs, "app/data/db": "db of 2", "logs/2": "2" };
  expect(await seen(current())).toEqual({ "app/version.txt": "1.0.0", "app/config.json": "mine", ...later });
  expect(await readdir(home("releases"))).toEqual(["1.0.0", "2.0.0"]);

  await install("2.0.0");
  expect(await backups()).toEqual(["1.0.0"]);
  expect(await seen(current())).toMatchObject({ "app/version.txt": "2.0.0", "app/config.json": "mine", ...later });
  await install("3.0.0");
  expect(await seen(current())).toMatchObject({ "app/version.txt": "3.0.0", "app/config.json": "mine", ...later });
  expect(await readdir(home("releases"))).toEqual(["2.0.0", "3.0.0"]);
  expect(lines.filter((line) => line.includes("could not"))).toEqual([]);
});

test("unedited config is replaced, and a rollback brings the old one back", async () => {
  await install("1.0.0", { "app/own.json": "own 1" });
  await install("2.0.0", { "app/own.json": "own 2" });
  const of = async (path: string) => readFile(current(path), "utf8");
  expect([await of("app/config.json"), await of("app/own.json")]).toEqual(["c 2.0.0", "own 2"]);
  await rollBack();
  expect([await of("app/config.json"), await of("app/own.json")]).toEqual(["c 1.0.0", "own 1"]);
});

test("a release that fails is gone back from with what was written under it, and can be tried again", async () => {
  await install("1.0.0");
  const { move } = await switchedTo("2.0.0");
  await writeContents(current(), { "app/config.json": "edited in 2", "app/made-by-2": "2", "app/data/more": "more" });
  expect(await installer.switchBack(move, report)).toBe(true);
  expect(await installer.switchBack(move, report)).toBe(false);
  await twice(() => installer.settle({ ...move, previous: move.next, next: "1.0.0" }, report));
  expect(await installer.current()).toMatchObject({ version: "1.0.0" });
  expect(await seen(current())).toEqual({
    "app/version.txt": "1.0.0",
    "app/config.json": "edited in 2",
    "app/config.json.pawl-new": "c 1.0.0",
    "app/made-by-2": "2",
    "app/data/seed": "seed 1.0.0",
    "app/data/more": "more",
  });
  await install("2.0.0");
  expect(await seen(current())).toMatchObject({ "app/version.txt": "2.0.0", "app/made-by-2": "2" });
  expect(await backups()).toEqual(["1.0.0"]);
});

test("what was left in a failed release because it could not be carried over is taken before that is removed", async () => {
  await install("1.0.0");
  const { move } = await switchedTo("2.0.0");
  await writeContents(current(), { "app/only-here": "2" });
  // Nothing can be carried to a tree that has lost its manifest; a working device comes first.
  const manifest = await readFile(home("releases/1.0.0/manifest.json"));
  await rm(home("releases/1.0.0/manifest.json"));
  expect(await installer.switchBack(move, report)).toBe(true);
  expect(lines.at(-1)).toMatch(/^Some files could not be carried over/);
  await writeFile(home("releases/1.0.0/manifest.json"), manifest);
  expect(await readdir(current("app"))).not.toContain("only-here");
  await install("2.0.0");
  expect(await seen(current())).toMatchObject({ "app/only-here": "2" });
});

test("a tree of which nobody can tell what is whose stays on the disk", async () => {
  await install("1.0.0");
  await writeContents(home("releases/2.0.0"), { "app/precious": "data", "manifest.json": "{" });
  await install("2.0.0");
  expect(await readlink(home("current"))).toBe("releases/2.0.0~2");
  expect(await installer.current()).toMatchObject({ version: "2.0.0", tree: "2.0.0~2" });
  expect(await readFile(home("releases/2.0.0/app/precious"), "utf8")).toBe("data");
});

test("the first install undone leaves neither current nor mapped paths, and what was written comes back", async () => {
  const { move, update } = await switchedTo("1.0.0");
  await writeContents(current(), { "app/data/db": "db", notes: "notes" });
  expect(await installer.switchBack(move, report)).toBe(true);
  expect(await installer.switchBack(move, report)).toBe(false);
  await expect(lstat(home("current"))).rejects.toMatchObject({ code: "ENOENT" });
  await expect(lstat(dir.join("www/app"))).rejects.toMatchObject({ code: "ENOENT" });
  await twice(() => installer.discard({ ...update, kind: "install" }, null));
  await install("1.0.0");
  await install("1.1.0");
  expect(await seen(current())).toMatchObject({ "app/data/db": "db", notes: "notes" });
});

test("the same version again lies beside itself, and the way back stays what it was", async () => {
  await install("1.0.0");
  await install("1.1.0");
  await writeContents(current(), { mine: "mine" });
  for (const tree of ["1.1.0~2", "1.1.0", "1.1.0~2"]) {
    await install("1.1.0");
    expect(await installer.current()).toMatchObject({ version: "1.1.0", tree });
    expect(await backups()).toEqual(["1.0.0"]);
    expect(await readdir(home("releases"))).toEqual(["1.0.0", "1.1.0", "1.1.0~2"]);
  }
  await rollBack();
  expect(await readlink(home("current"))).toBe("releases/1.0.0");
  expect(await seen(current())).toMatchObject({ mine: "mine", "app/version.txt": "1.0.0" });
  await install("2.0.0");
  expect(await readdir(home("releases"))).toEqual(["1.0.0", "2.0.0"]);
});

test("the same version again that fails is gone back from to the one it replaces, even when its end is not on record", async () => {
  await install("1.0.0");
  await install("1.1.0");
  const { move, update } = await switchedTo("1.1.0");
  await installer.commit(move, update);
  expect(await installer.switchBack(move, report)).toBe(true);
  expect(await installer.current()).toMatchObject({ version: "1.1.0", tree: "1.1.0" });
  expect(await backups()).toEqual(["1.0.0"]);
});

test("an earlier release that is gone can't be gone back to, and current stays", async () => {
  await install("1.0.0");
  const { move } = await switchedTo("2.0.0");
  await rm(home("releases/1.0.0"), { recursive: true });
  await expect(installer.switchBack(move, report)).rejects.toMatchObject({ code: "no_backup" });
  expect(await readlink(home("current"))).toBe("releases/2.0.0");
});

/** 2.0.0 was gone back from and is left on the disk. */
async function leftBehind(): Promise<Move> {
  const link = { link: "version.txt" };
  await install("1.0.0");
  await install("2.0.0", { "app/link": link, "app/own.json": "own" });
  await writeContents(current(), { "app/config.json": "edited", "app/own.json": "edited", "app/data/seed": "mine" });
  await rollBack();
  const [kept] = await installer.kept();
  expect(kept).toMatchObject({ version: "2.0.0", tree: "2.0.0" });
  return { previous: "1.0.0", next: "2.0.0", manifest_sha256: kept?.manifest_sha256 ?? null, kept: true };
}

test("a release left on the disk is gone forward to, with what is the owner's", async () => {
  const move = await leftBehind();
  await twice(() => installer.verifyKept(move, signal));
  await twice(() => installer.backUp(move, report));
  await twice(() => installer.switchTo(move, report));
  await twice(() => installer.settle(move, report));
  await twice(() => installer.commit(move, newUpdate("install", "2.0.0")));
  expect(await backups()).toEqual(["1.0.0"]);
  expect(await seen(current())).toMatchObject({ "app/version.txt": "2.0.0", "app/data/seed": "mine" });
});

test.each([
  ["another file", "app/version.txt", (at: string) => writeFile(at, "2.0.1")],
  ["no file", "app/version.txt", (at: string) => rm(at)],
  ["a link to the same", "app/version.txt", (at: string) => rename(at, `${at}.2`).then(() => symlink(`${at}.2`, at))],
  ["another link", "app/link", (at: string) => rm(at).then(() => symlink("config.json", at))],
  ["a folder elsewhere", "app", (at: string) => rename(at, `${at}.2`).then(() => symlink(`${at}.2`, at))],
])("a release left on the disk that has %s by now is not gone forward to, and stays", async (_what, path, change) => {
  const move = await leftBehind();
  await change(home("releases/2.0.0", path));
  await expect(installer.verifyKept(move, signal)).rejects.toMatchObject({
    code: "hash_mismatch",
    fields: { path, version: "2.0.0" },
  });
  await installer.discard(newUpdate("install", "2.0.0"), move);
  expect(await readdir(home("releases"))).toEqual(["1.0.0", "2.0.0"]);
});

test("an older release by name is an install like any other, and the newer one the way back", async () => {
  await install("2.0.0");
  await writeContents(current(), { mine: "mine" });
  await install("1.0.0");
  expect(await backups()).toEqual(["2.0.0"]);
  await rollBack();
  expect(await seen(current())).toMatchObject({ mine: "mine", "app/version.txt": "2.0.0" });
});

test("§4 backups: as many earlier releases are kept as are asked for, the nearest first", async () => {
  installer = newInstaller({ backups: 2 });
  for (const version of ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]) await install(version);
  expect(await backups()).toEqual(["1.2.0", "1.1.0"]);
  expect(await readdir(home("releases"))).toEqual(["1.1.0", "1.2.0", "1.3.0"]);
  await rollBack();
  expect(await backups()).toEqual(["1.1.0"]);
  await rollBack();
  expect(await backups()).toEqual([]);
  await install("1.3.0");
  expect(await backups()).toEqual(["1.1.0"]);
});

test("an update that ends before its switch leaves the running release as it was", async () => {
  await install("1.0.0");
  await writeContents(current(), { mine: "mine", "app/config.json": "edited" });
  const before = await seen(current());
  const update = newUpdate("install", "2.0.0");
  const move = await installer.stage({ update, ...(await publish("2.0.0")) }, report, signal);
  await installer.backUp(move, report);
  await twice(() => installer.discard(update, move));
  expect(await seen(current())).toEqual(before);
  expect(await readdir(home("releases"))).toEqual(["1.0.0"]);
});

test("a mapped path that is someone's link is refused with nothing changed", async () => {
  await mkdir(dir.join("www"));
  await symlink("/srv", dir.join("www/app"));
  const staging = { update: newUpdate("install", "1.0.0"), ...(await publish("1.0.0")) };
  await expect(installer.stage(staging, report, signal)).rejects.toMatchObject({
    code: "not_writable",
    fields: { path: dir.join("www/app") },
  });
  await expect(lstat(home())).rejects.toMatchObject({ code: "ENOENT" });
});

test("a mapped path taken at the last moment stops the switch before it", async () => {
  await install("1.0.0");
  const update = newUpdate("install", "2.0.0");
  const move = await installer.stage({ update, ...(await publish("2.0.0")) }, report, signal);
  await installer.backUp(move, report);
  await rm(dir.join("www/app"));
  await mkdir(dir.join("www/app"));
  await expect(installer.switchTo(move, report)).rejects.toMatchObject({ code: "not_writable" });
  expect(await readlink(home("current"))).toBe("releases/1.0.0");
});

test("a current that isn't Pawl's link is not taken over", async () => {
  await mkdir(home("current"), { recursive: true });
  await expect(installer.current()).rejects.toMatchObject({ code: "state_damaged" });
  const staging = { update: newUpdate("install", "1.0.0"), ...(await publish("1.0.0")) };
  await expect(installer.stage(staging, report, signal)).rejects.toMatchObject({ code: "state_damaged" });
});

test("§2 staging: a damaged bundle changes nothing", async () => {
  await install("1.0.0");
  const published = await publish("2.0.0");
  await writeFile(published.bundlePath, (await readFile(published.bundlePath)).subarray(0, 100));
  const update = newUpdate("install", "2.0.0");
  await expect(installer.stage({ update, ...published }, report, signal)).rejects.toMatchObject({
    name: "UpdateError",
  });
  await installer.discard(update, null);
  expect(await readdir(home("releases"))).toEqual(["1.0.0"]);
});

test("a damaged record of what is installed costs the way back, not the release", async () => {
  await install("1.0.0");
  await install("2.0.0");
  for (const damage of ["{", "null", '"text"', '{"earlier": "1.0.0"}', '{"earlier": [1, "9.9.9"]}']) {
    await writeFile(dir.join("state/installed.json"), damage);
    expect(await backups()).toEqual([]);
    expect(await installer.current()).toMatchObject({ version: "2.0.0" });
  }
});

test("§6 symlink layout: current is a whole release at every moment of installs and rollbacks", async () => {
  await install("1.0.0");
  const watched = ["manifest.json", "app/version.txt", "app/config.json", "app/data/seed"];
  const reader = spawn(
    process.execPath,
    [fileURLToPath(new URL("./reading-process.mjs", import.meta.url)), home("current"), ...watched],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  let said = "";
  reader.stdout.on("data", (bytes) => {
    said += bytes;
  });
  await once(reader.stdout, "data");
  await install("2.0.0");
  await writeFile(current("app/edited"), "edited");
  await rename(current("app/edited"), current("app/config.json"));
  await install("3.0.0");
  await rollBack();
  await install("3.0.0");
  reader.stdin.end();
  await once(reader, "close");
  expect(JSON.parse(said.trim().split("\n").at(-1) ?? "")).toMatchObject({ misses: [] });
});
