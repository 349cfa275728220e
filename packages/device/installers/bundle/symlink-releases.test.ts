import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installerOf, makeByHand, report, signal, staging, updateTo } from "./adopt-fixture.ts";
import type { SymlinkInstaller } from "./symlink-installer.ts";
import { type Contents, seen, writeContents } from "./tree-fixture.ts";

/** Another file system than that of the temporary folders. */
const SHM = "/dev/shm";
const hasOther = existsSync(SHM) && (await stat(SHM)).dev !== (await stat(tmpdir())).dev;

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("state"));
});
afterEach(() => dir[Symbol.asyncDispose]());

async function install(installer: SymlinkInstaller, version: string, contents: Contents): Promise<void> {
  const asked = await staging(dir.path, version, contents);
  const move = await installer.stage(asked, report, signal);
  await installer.backUp(move, report);
  await installer.switchTo(move);
  await installer.settle(move, report);
  await installer.commit(move, asked.update);
}

test("files that the new release dropped aren't in its tree, and are back when one goes back", async () => {
  const installer = installerOf(dir.path, { map: {}, keep: [] });
  await install(installer, "1.0.0", {
    "app/run": "1",
    "app/dropped": "1",
    "gone/deep/file": "1",
    link: { link: "app" },
  });
  await writeContents(dir.join("home/current"), { "app/mine": "mine" });
  await install(installer, "2.0.0", { "app/run": "2" });
  expect(await seen(dir.join("home/current"))).toEqual({ "app/run": "2", "app/mine": "mine" });
  expect((await readdir(dir.join("home/releases/2.0.0"))).sort()).toEqual(["app", "manifest.json"]);
  expect(await readdir(dir.join("home/shared"))).toEqual(["app"]);
  const back = { previous: "2.0.0", next: "1.0.0", manifest_sha256: null, kept: true };
  await installer.backUp(back, report);
  await installer.switchTo(back);
  expect(await seen(dir.join("home/current"))).toMatchObject({ "app/dropped": "1", "gone/deep/file": "1" });
});

test("a folder that a power cut took away between its move and its link is back before any service starts", async () => {
  const installer = installerOf(dir.path, { map: {}, keep: [] });
  await install(installer, "1.0.0", { "app/run": "1" });
  await writeContents(dir.join("home"), { "shared/app/pictures/cat": "meow" });
  await installer.settleDisk();
  // Nothing was being moved: what is in shared/ alone is no trace of a power cut.
  expect(await seen(dir.join("home/current"))).toEqual({ "app/run": "1" });
  await mkdir(dir.join("home/.moving"));
  await installer.settleDisk();
  await installer.settleDisk();
  expect(await seen(dir.join("home/current"))).toEqual({ "app/run": "1", "app/pictures/cat": "meow" });
  expect(existsSync(dir.join("home/.moving"))).toBe(false);
});

test("with backups: 3 the last three releases are kept, and one can go back to each, and forward again", async () => {
  const installer = installerOf(dir.path, { map: {}, keep: [], backups: 3 });
  for (const minor of [0, 1, 2, 3, 4, 5]) await install(installer, `1.${minor}.0`, { run: `${minor}` });
  const versions = async () => (await installer.backups()).map(({ version }) => version);
  expect(await versions()).toEqual(["1.4.0", "1.3.0", "1.2.0"]);
  expect((await readdir(dir.join("home/releases"))).sort()).toEqual(["1.2.0", "1.3.0", "1.4.0", "1.5.0"]);
  const to = { previous: "1.5.0", next: "1.2.0", manifest_sha256: null, kept: true };
  await installer.verifyKept(to, signal);
  await installer.backUp(to, report);
  await installer.switchTo(to);
  await installer.commit(to, { ...updateTo("1.2.0"), kind: "rollback" });
  expect(await seen(dir.join("home/current"))).toEqual({ run: "2" });
  expect(await versions()).toEqual([]);
  expect((await installer.kept()).map(({ version }) => version)).toEqual(["1.3.0", "1.4.0", "1.5.0"]);
});

test("§6 preflight: an install needs room for what it unpacks, and an inode for each file, folder and its manifest", async () => {
  const { manifest } = await staging(dir.path, "1.0.0", { "a/b/c": "12345", "a/d": "678", l: { link: "a" } });
  expect(await installerOf(dir.path).needs(manifest)).toEqual([
    { path: dir.join("home"), bytes: 8, inodes: 3 + 2 + 1, purpose: "unpacking", writable: true },
  ]);
});

test("what is taken over by its name alone needs no room, but folders that can be written in", async () => {
  await makeByHand(dir.path);
  const { manifest } = await staging(dir.path, "1.0.0");
  const needs = await installerOf(dir.path).needs(manifest);
  expect(needs.map(({ path, bytes, writable }) => ({ path, bytes, writable })).slice(1)).toEqual([
    { path: dir.join("www"), bytes: 0, writable: true },
    { path: dir.join("bin"), bytes: 0, writable: true },
  ]);
});

test.skipIf(!hasOther)(
  "what is taken over from another file system needs room for all of it, as long as it isn't",
  async () => {
    const other = await mkdtemp(join(SHM, "pawl-"));
    try {
      await makeByHand(dir.path, { "www/web/a/b": "12345", "www/web/c": "678", "www/web/empty/": "" });
      const installer = installerOf(dir.path, { home: join(other, "home") });
      const asked = await staging(dir.path, "1.0.0");
      const purpose = `taking over ${dir.join("www/web")}`;
      const taking = async () => (await installer.needs(asked.manifest)).filter((need) => need.purpose === purpose);
      expect(await taking()).toEqual([{ path: join(other, "home"), bytes: 8, inodes: 5, purpose, writable: true }]);
      const move = await installer.stage(asked, report, signal);
      await installer.adopt(move, report, (work) => work());
      expect(await taking()).toEqual([]);
      expect(await seen(dir.join("www/web"))).toMatchObject({ "a/b": "12345", c: "678" });
      expect((await readdir(dir.join("www"))).sort()).toEqual(["web"]);
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  },
);
