import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf, pointCurrent } from "./layout.ts";
import { ownershipOf } from "./ownership-fixture.ts";
import { preserve, preserveLast, preserveLate } from "./preserve.ts";
import {
  onDisk,
  preserveTwice,
  seen,
  type TreeFixture,
  twoReleases,
  writeContents,
  writeTree,
} from "./tree-fixture.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

const tree = (version: string, fixture: TreeFixture) => writeTree(dir.path, version, fixture);
const shared = (...path: string[]) => join(layoutOf(dir.path).shared, ...path);

test("§6 symlink layout: what nobody shipped is in shared/, linked in both trees, and reads as before", async () => {
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "app/run.js": "1", "app/lib/a.js": "a" } },
    { files: { "app/run.js": "2" } },
  );
  await writeContents(from.path, {
    "notes.txt": "mine",
    ".hidden": "dot",
    "app/.env": "SECRET=1",
    "app/lib/cache/deep/er.bin": "deep",
    "app/lib/empty/": "",
    "photos/2024/a.jpg": "a",
  });
  await preserveTwice(from, to, ownershipOf(dir.path));
  const theirs = {
    "notes.txt": "mine",
    ".hidden": "dot",
    "app/.env": "SECRET=1",
    "app/lib/cache/deep/er.bin": "deep",
    "app/lib/empty/": "(empty)",
    "photos/2024/a.jpg": "a",
  };
  expect(await seen(from.path)).toEqual({ "app/run.js": "1", "app/lib/a.js": "a", ...theirs });
  expect(await seen(to.path)).toEqual({ "app/run.js": "2", ...theirs });
  expect(await seen(shared())).toEqual(theirs);
  for (const path of ["notes.txt", "app/.env", "photos", "app/lib/cache"]) {
    expect((await lstat(join(from.path, path))).isSymbolicLink(), path).toBe(true);
  }
  expect(await readlink(join(from.path, "app/.env"))).toBe("../../../shared/app/.env");
  expect(await readdir(dir.path)).toEqual(["current", "releases", "shared"]);
});

test("permissions, times and open files are kept, and new folders in shared/ are as those in the tree", async () => {
  const [from, to] = await twoReleases(dir.path, { files: { "app/data/seed.txt": "s" } });
  const path = join(from.path, "app/data/key.pem");
  await writeFile(path, "key");
  await chmod(path, 0o600);
  await utimes(path, 1000, 1000);
  await chmod(join(from.path, "app/data"), 0o2770);
  const before = await lstat(path);
  await preserve(from, to, ownershipOf(dir.path));
  const after = await lstat(shared("app/data/key.pem"));
  expect([after.mode & 0o7777, after.mtimeMs, after.ino]).toEqual([0o600, 1000_000, before.ino]);
  expect((await lstat(shared("app/data"))).mode & 0o7777).toBe(0o2770);
});

test("links an app made lead where they led", async () => {
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "app/run.js": "1", "lib/x.js": "x1" } },
    { files: { "app/run.js": "2", "lib/x.js": "x2" } },
  );
  await writeContents(dir.path, { "outside.txt": "outside" });
  await writeContents(from.path, {
    "app/log.txt": "log",
    latest: { link: "app/log.txt" },
    "app/sibling": { link: "../lib/x.js" },
    "app/out": { link: "../../../outside.txt" },
    "app/absolute": { link: dir.join("outside.txt") },
    "app/whole-path": { link: join(from.path, "lib/x.js") },
    "app/dangling": { link: "nowhere" },
    "plugins/own.js": "own",
    "plugins/inside": { link: "own.js" },
    "plugins/deep/up": { link: "../own.js" },
    "plugins/deep/neighbour": { link: "../../lib/x.js" },
    "plugins/out": { link: "../../../outside.txt" },
  });
  const theirs = await seen(from.path);
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(from.path)).toEqual(theirs);
  expect(theirs).toMatchObject({ "app/out": "outside", "plugins/deep/neighbour": "x1", "app/dangling": "(nothing)" });
  await pointCurrent(layoutOf(dir.path), "2.0.0");
  const x2 = { "lib/x.js": "x2", "app/sibling": "x2", "app/whole-path": "x2", "plugins/deep/neighbour": "x2" };
  expect(await seen(to.path)).toEqual({ ...theirs, "app/run.js": "2", ...x2 });
  await rm(from.path, { recursive: true });
  expect(await seen(to.path)).toEqual({ ...theirs, "app/run.js": "2", ...x2 });
});

test("pipes move, sockets stay with their program, and neither stops an update", async () => {
  const [from, to] = await twoReleases(dir.path, { files: { "app/run.js": "1" } });
  execFileSync("mkfifo", [join(from.path, "app/pipe")]);
  await mkdir(join(from.path, "run"));
  execFileSync("mkfifo", [join(from.path, "run/pipe")]);
  const server = createServer((socket) => socket.end());
  await new Promise<void>((resolve) => server.listen(join(from.path, "app/app.sock"), resolve));
  try {
    await preserveTwice(from, to, ownershipOf(dir.path));
    expect((await lstat(shared("app/pipe"))).isFIFO()).toBe(true);
    expect((await lstat(join(from.path, "app/app.sock"))).isSocket()).toBe(true);
    expect(await readdir(join(to.path, "app"))).toEqual(["pipe", "run.js"]);
    expect((await lstat(join(to.path, "run/pipe"))).isFIFO()).toBe(true);
  } finally {
    server.close();
  }
});

test("a release that newly ships a path gets its own; the owner's stays in shared/ for going back", async () => {
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "run.js": "1" } },
    { files: { "run.js": "2", "theme.css": "shipped", "skins/a.css": "a" } },
  );
  await writeContents(from.path, { "theme.css": "mine", "skins/a.css": "my a", "skins/b.css": "my b" });
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(to.path)).toEqual({
    "run.js": "2",
    "theme.css": "shipped",
    "skins/a.css": "a",
    "skins/b.css": "my b",
  });
  await preserveTwice(to, from, ownershipOf(dir.path));
  expect(await seen(from.path)).toEqual({
    "run.js": "1",
    "theme.css": "mine",
    "skins/a.css": "my a",
    "skins/b.css": "my b",
  });
});

test("a path that is a file in one release and a folder in the next loses nothing either way", async () => {
  const config = ["thing"];
  const file = { files: { thing: "file", "run.js": "1" }, config };
  const folder = { files: { "thing/a": "a", "run.js": "2" }, config: ["thing/a"] };
  const [first, second] = await twoReleases(dir.path, file, folder);
  await writeFile(join(first.path, "thing"), "my file");
  await preserveTwice(first, second, ownershipOf(dir.path));
  expect(await seen(second.path)).toEqual({ "thing/a": "a", "run.js": "2" });
  await writeContents(second.path, { "thing/a": "my a", "thing/b": "my b" });
  const third = await tree("3.0.0", file);
  await preserveTwice(second, third, ownershipOf(dir.path));
  expect(await seen(shared())).toEqual({ "thing/a": "my a", "thing/b": "my b", "thing.pawl-old": "my file" });
  await writeFile(join(third.path, "thing"), "my third");
  const fourth = await tree("4.0.0", folder);
  await preserveTwice(third, fourth, ownershipOf(dir.path));
  expect(await seen(shared())).toEqual({
    thing: "my third",
    "thing.pawl-old": "my file",
    "thing.pawl-old-2/a": "my a",
    "thing.pawl-old-2/b": "my b",
  });
});

test("what stands where the release has something of another kind is somebody's", async () => {
  const files = { "a/x": "x", b: "b", c: { link: "b" }, "d/y": "y" };
  const [from, to] = await twoReleases(dir.path, { files });
  for (const path of ["b", "c", "d"]) await rm(join(from.path, path), { recursive: true });
  await writeContents(from.path, { "b/mine": "b mine", c: "c mine", d: "d mine" });
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(shared())).toEqual({ "b/mine": "b mine", c: "c mine", d: "d mine" });
  expect(await seen(to.path)).toEqual({ "a/x": "x", b: "b", c: "b", "d/y": "y" });
});

test("a folder that an app made anew over our link is merged, the newest words first", async () => {
  const [first, second] = await twoReleases(dir.path, { files: { "run.js": "1" } });
  await writeContents(first.path, { "cache/a": "a1", "cache/b": "b1", "cache/sub/x": "x1" });
  await preserve(first, second, ownershipOf(dir.path));
  await rm(join(first.path, "cache"));
  await writeContents(first.path, { "cache/b": "b2", "cache/sub/y": "y2", "cache/link": { link: "b" } });
  await preserveTwice(first, second, ownershipOf(dir.path));
  const merged = { "cache/a": "a1", "cache/b": "b2", "cache/link": "b2", "cache/sub/x": "x1", "cache/sub/y": "y2" };
  expect(await seen(second.path)).toEqual({ "run.js": "1", ...merged, "cache/b.pawl-old": "b1" });
});

test("a name that can't be read as UTF-8 stops the update with words about it, nothing lost", async () => {
  const [from, to] = await twoReleases(dir.path, { files: { "run.js": "1" } });
  const name = Buffer.concat([Buffer.from(`${from.path}/gr`), Buffer.of(0xfc), Buffer.from("n.txt")]);
  await writeFile(name, "green");
  await expect(preserve(from, to, ownershipOf(dir.path))).rejects.toMatchObject({ code: "backup_failed" });
  expect(await readFile(name, "utf8")).toBe("green");
});

test("what the old release writes while it ends reaches the new one, which keeps what it has written itself", async () => {
  const config = ["config.json", "other.json"];
  const files = { "config.json": "c", "other.json": "o", "run.js": "1" };
  const ownership = ownershipOf(dir.path, { keep: ["state.json"] });
  const [from, to] = await twoReleases(dir.path, { files, config });
  await writeContents(from.path, { "state.json": "s", "log/1": "1" });
  await preserve(from, to, ownership);
  await rm(join(from.path, "state.json"));
  await writeContents(from.path, {
    "state.json": "s at the end",
    "last.txt": "last",
    "log/2": "2",
    "config.json": "edited late",
  });
  await writeContents(from.path, { "other.json": "old's" });
  await writeContents(to.path, { "other.json": "new's own", "run.pid": "7" });
  await preserveLate(from, to, ownership);
  const once = await onDisk(dir.path);
  await preserveLate(from, to, ownership);
  expect(await onDisk(dir.path)).toEqual(once);
  expect(await seen(to.path)).toEqual({
    "config.json": "edited late",
    "config.json.pawl-new": "c",
    "other.json": "new's own",
    "run.js": "1",
    "run.pid": "7",
    "state.json": "s at the end",
    "last.txt": "last",
    "log/1": "1",
    "log/2": "2",
  });
  await preserve(to, await tree("3.0.0", { files, config }), ownership);
  expect(await seen(shared())).toMatchObject({ "other.json": "new's own", "other.json.pawl-old": "old's" });
});

test("the last look into a tree takes what was left in it and sets nothing newer aside", async () => {
  const ownership = ownershipOf(dir.path, { keep: ["data/**"], config: ["config.json"] });
  const [old, current] = await twoReleases(dir.path, {
    files: { "data/seed": "seed", "config.json": "c", "run.js": "1" },
  });
  await preserve(old, current, ownership);
  await writeContents(current.path, { "data/seed": "newest", notes: "newer" });
  await preserve(current, await tree("3.0.0", { files: { "run.js": "3" } }), ownership);
  await writeContents(old.path, { "stray.txt": "stray", notes: "older" });
  await preserveLast(old, ownership);
  await preserveLast(old, ownership);
  expect(await seen(shared())).toEqual({
    "data/seed": "newest",
    notes: "newer",
    "notes.pawl-old": "older",
    "stray.txt": "stray",
  });
});
