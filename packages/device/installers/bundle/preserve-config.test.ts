import { lstat, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf } from "./layout.ts";
import { ownershipOf } from "./ownership-fixture.ts";
import { preserve } from "./preserve.ts";
import { preserveTwice, seen, type TreeFixture, twoReleases, writeContents, writeTree } from "./tree-fixture.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

const tree = (version: string, fixture: TreeFixture) => writeTree(dir.path, version, fixture);
const shared = (...path: string[]) => join(layoutOf(dir.path).shared, ...path);

test("§6 config: unedited config is replaced, and the older tree keeps its own for going back", async () => {
  const [from, to] = await twoReleases(
    dir.path,
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
])(
  "config edited %s stays over install, rollback and second install, the new one beside it once",
  async (_how, edit) => {
    const config = ["config.json"];
    const [from, to] = await twoReleases(
      dir.path,
      { files: { "config.json": "v1" }, config },
      { files: { "config.json": "v2" }, config },
    );
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
  },
);

test("config edited again by rename over our link counts with its newest words", async () => {
  const config = ["config.json"];
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "config.json": "v1" }, config },
    { files: { "config.json": "v2" }, config },
  );
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
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "config.json": "v1" }, config },
    { files: { "config.json": "v2" }, config },
  );
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
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "config.json": "v1" }, config },
    { files: { "config.json": "v2" }, config },
  );
  await writeFile(join(from.path, "config.json"), "mine");
  await preserve(from, to, ownershipOf(dir.path));
  await writeFile(join(to.path, "config.json.pawl-new"), "half merged");
  const third = await tree("3.0.0", { files: { "config.json": "v3" }, config });
  await preserveTwice(to, third, ownershipOf(dir.path));
  expect((await seen(shared()))["config.json.pawl-new"]).toBe("half merged");
});

test("a file that only the next release calls config has its edits kept", async () => {
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "config.json": "v1" } },
    { files: { "config.json": "v2" }, config: ["config.json"] },
  );
  await writeFile(join(from.path, "config.json"), "mine");
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(to.path)).toEqual({ "config.json": "mine", "config.json.pawl-new": "v2" });
});

test("config that a release no longer ships stays when it was edited", async () => {
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "a.json": "a1", "b.json": "b1", "run.js": "1" }, config: ["a.json", "b.json"] },
    { files: { "run.js": "2" } },
  );
  await writeFile(join(from.path, "a.json"), "mine");
  await preserveTwice(from, to, ownershipOf(dir.path));
  expect(await seen(to.path)).toEqual({ "run.js": "2", "a.json": "mine" });
});

test("§4 config: config named in pawl.yaml counts as the manifest's does, and keep wins over both", async () => {
  const [from, to] = await twoReleases(
    dir.path,
    { files: { "a.json": "a1", "b.json": "b1" }, config: ["b.json"] },
    { files: { "a.json": "a2", "b.json": "b2" }, config: ["b.json"] },
  );
  await writeFile(join(from.path, "a.json"), "mine");
  await preserveTwice(from, to, ownershipOf(dir.path, { config: ["a.json"], keep: ["b.json"] }));
  expect(await seen(to.path)).toEqual({ "a.json": "mine", "a.json.pawl-new": "a2", "b.json": "b1" });
});

test("§4 keep: a kept folder is one link, whether or not a release ships files in it, and later files land in shared/", async () => {
  const ownership = ownershipOf(dir.path, { keep: ["data/**", "uploads/**"] });
  const [first, second] = await twoReleases(
    dir.path,
    { files: { "data/seed.json": "seed 1", "run.js": "1" } },
    { files: { "data/seed.json": "seed 2", "data/more/new.json": "new 2", "run.js": "2" } },
  );
  await preserveTwice(null, first, ownership);
  for (const path of ["data", "uploads"]) expect((await lstat(join(first.path, path))).isSymbolicLink()).toBe(true);
  await writeContents(first.path, { "data/seed.json": "mine", "data/later.json": "later", "uploads/a": "a" });
  await preserveTwice(first, second, ownership);
  const theirs = {
    "data/seed.json": "mine",
    "data/later.json": "later",
    "data/more/new.json": "new 2",
    "uploads/a": "a",
  };
  expect(await seen(second.path)).toEqual({ "run.js": "2", ...theirs });
  expect(await seen(shared())).toEqual(theirs);
  await writeContents(second.path, { "data/from-2": "2" });
  await preserveTwice(second, first, ownership);
  expect(await seen(first.path)).toEqual({ "run.js": "1", ...theirs, "data/from-2": "2" });
});

test("keep that is added later takes what is there, and going back to a tree that never heard of it works", async () => {
  const [first, second] = await twoReleases(
    dir.path,
    { files: { "data/seed.json": "seed 1" } },
    { files: { "data/seed.json": "seed 2" } },
  );
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
  const [first, second] = await twoReleases(dir.path, { files: { "state.json": "{}" } });
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
