import { execFileSync } from "node:child_process";
import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf, pointCurrent } from "./layout.ts";
import type { Ownership, ReleaseTree } from "./ownership.ts";
import { preserve, preserveLast, preserveLate } from "./preserve.ts";
import { onDisk, ownershipOf, seen, type TreeFixture, writeContents, writeTree } from "./tree-fixture.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

const tree = (version: string, fixture: TreeFixture) => writeTree(dir.path, version, fixture);
const shared = (...path: string[]) => join(layoutOf(dir.path).shared, ...path);

/** Two releases of which the first runs. */
async function twoReleases(older: TreeFixture, newer: TreeFixture = older): Promise<[ReleaseTree, ReleaseTree]> {
  const trees: [ReleaseTree, ReleaseTree] = [await tree("1.0.0", older), await tree("2.0.0", newer)];
  await pointCurrent(layoutOf(dir.path), "1.0.0");
  return trees;
}

/** Twice, as after a power cut, with the same result. */
async function preserveTwice(from: ReleaseTree | null, to: ReleaseTree, ownership: Ownership): Promise<void> {
  await preserve(from, to, ownership);
  const once = await onDisk(dir.path);
  await preserve(from, to, ownership);
  expect(await onDisk(dir.path)).toEqual(once);
}

test("what nobody shipped is in shared/, linked in both trees, and reads as before", async () => {
  const [from, to] = await twoReleases({ files: { "app/run.js": "1", "app/lib/a.js": "a" } }, { files: { "app/run.js": "2" } });
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
  const [from, to] = await twoReleases({ files: { "app/data/seed.txt": "s" } });
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
  const [from, to] = await twoReleases({ files: { "app/run.js": "1", "lib/x.js": "x1" } }, { files: { "app/run.js": "2", "lib/x.js": "x2" } });
  await writeContents(dir.path, { "outside.txt": "outside" });
  await writeContents(from.path, {
    "app/log.txt": "log",
    "latest": { link: "app/log.txt" },
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
  const [from, to] = await twoReleases({ files: { "app/run.js": "1" } });
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

test("unedited config is replaced, and the older tree keeps its own for going back", async () => {
  const [from, to] = await twoReleases(
    { files: { "app/config.json": "v1" }, config: ["app/config.json"] },
    { files: { "app/config.json": "v2" }, config: ["app/config.json"] },
  );
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(to.path)).toEqual({ "app/config.json": "v2" });
  await preserveTwice(to, from, ownershipOf(dir.path));
  expect(await seen(from.path)).toEqual({ "app/config.json": "v1" });
});

test.each([
  ["in place", async (path: string) => writeFile(path, "mine")],
  [
    "by temp file and rename",
    async (path: string) => {
      await writeFile(`${path}~`, "mine");
      await rename(`${path}~`, path);
    },
  ],
  [
    "into a link to elsewhere",
    async (path: string) => {
      await writeFile(dir.join("elsewhere.json"), "mine");
      await rm(path);
      await symlink(dir.join("elsewhere.json"), path);
    },
  ],
])("config edited %s stays over install, rollback and second install, the new one beside it once", async (_how, edit) => {
  const config = ["config.json"];
  const [from, to] = await twoReleases({ files: { "config.json": "v1" }, config }, { files: { "config.json": "v2" }, config });
  await edit(join(from.path, "config.json"));
  const ownership = ownershipOf(dir.path);
  await preserveTwice(from, to, ownership);
  expect(await seen(to.path)).toEqual({ "config.json": "mine", "config.json.pawl-new": "v2" });
  await preserveTwice(to, from, ownership);
  expect(await seen(from.path)).toEqual({ "config.json": "mine" });

  const third = await tree("3.0.0", { files: { "config.json": "v3" }, config });
  await preserveTwice(to, third, ownership);
  expect(await seen(third.path)).toEqual({ "config.json": "mine", "config.json.pawl-new": "v3" });
  expect(await seen(shared())).toEqual({ "config.json": "mine" });
});

test("config edited again by rename over our link counts with its newest words", async () => {
  const config = ["config.json"];
  const [from, to] = await twoReleases({ files: { "config.json": "v1" }, config }, { files: { "config.json": "v2" }, config });
  await writeFile(join(from.path, "config.json"), "mine");
  await preserve(from, to, ownershipOf(dir.path));
  await writeFile(join(to.path, "new"), "mine too");
  await rename(join(to.path, "new"), join(to.path, "config.json"));
  const third = await tree("3.0.0", { files: { "config.json": "v3" }, config });
  await preserveTwice(to, third, ownershipOf(dir.path));
  expect(await seen(third.path)).toEqual({ "config.json": "mine too", "config.json.pawl-new": "v3" });
  expect(await seen(from.path)).toMatchObject({ "config.json": "mine too" });
  expect(await readFile(shared("config.json.pawl-old"), "utf8")).toBe("mine");
});

test.each(["in place", "by rename"])("config set back to what was shipped %s counts as unedited again", async (how) => {
  const config = ["config.json"];
  const [from, to] = await twoReleases({ files: { "config.json": "v1" }, config }, { files: { "config.json": "v2" }, config });
  await writeFile(join(from.path, "config.json"), "mine");
  await preserve(from, to, ownershipOf(dir.path));
  if (how === "by rename") await rename(join(to.path, "config.json.pawl-new"), join(to.path, "config.json"));
  else await writeFile(join(to.path, "config.json"), "v2");
  const third = await tree("3.0.0", { files: { "config.json": "v3" }, config });
  await preserveTwice(to, third, ownershipOf(dir.path));
  expect(await seen(third.path)).toEqual({ "config.json": "v3" });
});

test("an edited config.pawl-new is the owner's, too", async () => {
  const config = ["config.json"];
  const [from, to] = await twoReleases({ files: { "config.json": "v1" }, config }, { files: { "config.json": "v2" }, config });
  await writeFile(join(from.path, "config.json"), "mine");
  await preserve(from, to, ownershipOf(dir.path));
  await writeFile(join(to.path, "config.json.pawl-new"), "half merged");
  const third = await tree("3.0.0", { files: { "config.json": "v3" }, config });
  await preserveTwice(to, third, ownershipOf(dir.path));
  expect((await seen(shared()))["config.json.pawl-new"]).toBe("half merged");
});

test("a file that only the next release calls config has its edits kept", async () => {
  const [from, to] = await twoReleases(
    { files: { "config.json": "v1" } },
    { files: { "config.json": "v2" }, config: ["config.json"] },
  );
  await writeFile(join(from.path, "config.json"), "mine");
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(to.path)).toEqual({ "config.json": "mine", "config.json.pawl-new": "v2" });
});

test("config that a release no longer ships stays when it was edited", async () => {
  const [from, to] = await twoReleases(
    { files: { "a.json": "a1", "b.json": "b1", "run.js": "1" }, config: ["a.json", "b.json"] },
    { files: { "run.js": "2" } },
  );
  await writeFile(join(from.path, "a.json"), "mine");
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(to.path)).toEqual({ "run.js": "2", "a.json": "mine" });
});

test("config named in pawl.yaml counts as the manifest's does, and keep wins over both", async () => {
  const [from, to] = await twoReleases(
    { files: { "a.json": "a1", "b.json": "b1" }, config: ["b.json"] },
    { files: { "a.json": "a2", "b.json": "b2" }, config: ["b.json"] },
  );
  await writeFile(join(from.path, "a.json"), "mine");
  await preserveTwice(from, to, ownershipOf(dir.path, { config: ["a.json"], keep: ["b.json"] }));
  expect(await seen(to.path)).toEqual({ "a.json": "mine", "a.json.pawl-new": "a2", "b.json": "b1" });
});

test("a kept folder is one link, whether or not a release ships files in it, and later files land in shared/", async () => {
  const ownership = ownershipOf(dir.path, { keep: ["data/**", "uploads/**"] });
  const [first, second] = await twoReleases(
    { files: { "data/seed.json": "seed 1", "run.js": "1" } },
    { files: { "data/seed.json": "seed 2", "data/more/new.json": "new 2", "run.js": "2" } },
  );
  await preserveTwice(null, first, ownership);
  for (const path of ["data", "uploads"]) expect((await lstat(join(first.path, path))).isSymbolicLink()).toBe(true);
  await writeContents(first.path, { "data/seed.json": "mine", "data/later.json": "later", "uploads/a": "a" });
  await preserveTwice(first, second, ownership);
  const theirs = { "data/seed.json": "mine", "data/later.json": "later", "data/more/new.json": "new 2", "uploads/a": "a" };
  expect(await seen(second.path)).toEqual({ "run.js": "2", ...theirs });
  expect(await seen(shared())).toEqual(theirs);
  await writeContents(second.path, { "data/from-2": "2" });
  await preserveTwice(second, first, ownership);
  expect(await seen(first.path)).toEqual({ "run.js": "1", ...theirs, "data/from-2": "2" });
});

test("keep that is added later takes what is there, and going back to a tree that never heard of it works", async () => {
  const [first, second] = await twoReleases({ files: { "data/seed.json": "seed 1" } }, { files: { "data/seed.json": "seed 2" } });
  await writeContents(first.path, { "data/seed.json": "mine", "data/own": "own" });
  await preserveTwice(first, second, ownershipOf(dir.path, { keep: ["data/**"] }));
  expect(await seen(second.path)).toEqual({ "data/seed.json": "mine", "data/own": "own" });
  expect((await lstat(join(second.path, "data"))).isSymbolicLink()).toBe(true);

  const third = await tree("3.0.0", { files: { "data/seed.json": "seed 3", "state/s.json": "s3" } });
  const fourth = await tree("4.0.0", { files: { "data/seed.json": "seed 4", "state/s.json": "s4" } });
  await writeContents(third.path, { "state/s.json": "edited before it was kept" });
  await writeContents(fourth.path, { "state/s.json": "the newest" });
  await preserveTwice(fourth, third, ownershipOf(dir.path, { keep: ["data/**", "state/**"] }));
  expect(await seen(third.path)).toMatchObject({ "state/s.json": "the newest" });
  expect(await readFile(shared("state/s.json.pawl-old"), "utf8")).toBe("edited before it was kept");
});

test("a kept file that its app replaces by renaming goes on in its newest form", async () => {
  const ownership = ownershipOf(dir.path, { keep: ["state.json"] });
  const [first, second] = await twoReleases({ files: { "state.json": "{}" } });
  await preserve(null, first, ownership);
  for (const [from, to, text] of [
    [first, second, "one"],
    [second, first, "two"],
    [first, second, "three"],
  ] as const) {
    await writeFile(join(from.path, "tmp"), text);
    await rename(join(from.path, "tmp"), join(from.path, "state.json"));
    await preserveTwice(from, to, ownership);
    expect(await seen(to.path)).toMatchObject({ "state.json": text });
  }
  expect(Object.keys(await seen(shared())).sort()).toEqual(["state.json", "state.json.pawl-old"]);
  expect(await readdir(second.path)).not.toContain("state.json.pawl-old");
});

test("a release that newly ships a path gets its own; the owner's stays in shared/ for going back", async () => {
  const [from, to] = await twoReleases({ files: { "run.js": "1" } }, { files: { "run.js": "2", "theme.css": "shipped", "skins/a.css": "a" } });
  await writeContents(from.path, { "theme.css": "mine", "skins/a.css": "my a", "skins/b.css": "my b" });
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(to.path)).toEqual({ "run.js": "2", "theme.css": "shipped", "skins/a.css": "a", "skins/b.css": "my b" });
  await preserveTwice(to, from, ownershipOf(dir.path));
  expect(await seen(from.path)).toEqual({ "run.js": "1", "theme.css": "mine", "skins/a.css": "my a", "skins/b.css": "my b" });
});

test("a path that is a file in one release and a folder in the next loses nothing either way", async () => {
  const config = ["thing"];
  const file = { files: { thing: "file", "run.js": "1" }, config };
  const folder = { files: { "thing/a": "a", "run.js": "2" }, config: ["thing/a"] };
  const [first, second] = await twoReleases(file, folder);
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
  const files = { "a/x": "x", "b": "b", "c": { link: "b" }, "d/y": "y" };
  const [from, to] = await twoReleases({ files });
  for (const path of ["b", "c", "d"]) await rm(join(from.path, path), { recursive: true });
  await writeContents(from.path, { "b/mine": "b mine", "c": "c mine", "d": "d mine" });
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(shared())).toEqual({ "b/mine": "b mine", "c": "c mine", "d": "d mine" });
  expect(await seen(to.path)).toEqual({ "a/x": "x", "b": "b", "c": "b", "d/y": "y" });
});

test("a folder that an app made anew over our link is merged, the newest words first", async () => {
  const [first, second] = await twoReleases({ files: { "run.js": "1" } });
  await writeContents(first.path, { "cache/a": "a1", "cache/b": "b1", "cache/sub/x": "x1" });
  await preserve(first, second, ownershipOf(dir.path));
  await rm(join(first.path, "cache"));
  await writeContents(first.path, { "cache/b": "b2", "cache/sub/y": "y2", "cache/link": { link: "b" } });
  await preserveTwice(first, second, ownershipOf(dir.path));
  const merged = { "cache/a": "a1", "cache/b": "b2", "cache/link": "b2", "cache/sub/x": "x1", "cache/sub/y": "y2" };
  expect(await seen(second.path)).toEqual({ "run.js": "1", ...merged, "cache/b.pawl-old": "b1" });
});

test("a name that can't be read as UTF-8 stops the update with words about it, nothing lost", async () => {
  const [from, to] = await twoReleases({ files: { "run.js": "1" } });
  const name = Buffer.concat([Buffer.from(`${from.path}/gr`), Buffer.of(0xfc), Buffer.from("n.txt")]);
  await writeFile(name, "green");
  await expect(preserve(from, to, ownershipOf(dir.path))).rejects.toMatchObject({ code: "backup_failed" });
  expect(await readFile(name, "utf8")).toBe("green");
});

test("what the old release writes while it ends reaches the new one, which keeps what it has written itself", async () => {
  const config = ["config.json", "other.json"];
  const files = { "config.json": "c", "other.json": "o", "run.js": "1" };
  const ownership = ownershipOf(dir.path, { keep: ["state.json"] });
  const [from, to] = await twoReleases({ files, config });
  await writeContents(from.path, { "state.json": "s", "log/1": "1" });
  await preserve(from, to, ownership);
  await rm(join(from.path, "state.json"));
  await writeContents(from.path, { "state.json": "s at the end", "last.txt": "last", "log/2": "2", "config.json": "edited late" });
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
  const [old, current] = await twoReleases({ files: { "data/seed": "seed", "config.json": "c", "run.js": "1" } });
  await preserve(old, current, ownership);
  await writeContents(current.path, { "data/seed": "newest", "notes": "newer" });
  await preserve(current, await tree("3.0.0", { files: { "run.js": "3" } }), ownership);
  await writeContents(old.path, { "stray.txt": "stray", "notes": "older" });
  await preserveLast(old, ownership);
  await preserveLast(old, ownership);
  expect(await seen(shared())).toEqual({ "data/seed": "newest", "notes": "newer", "notes.pawl-old": "older", "stray.txt": "stray" });
});

