import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seen, writeContents } from "../tree-fixture.ts";
import { CopyBench, twice } from "./copy-bench.ts";

const MINE = "the owner's own, never shipped";
const SHIPPED = { "web/themes.json": "shipped" };

let bench: CopyBench;
beforeEach(async () => {
  bench = await CopyBench.create();
});
afterEach(() => bench[Symbol.asyncDispose]());

async function withMine(): Promise<void> {
  await bench.install("1.0.0");
  await writeFile(bench.www("themes.json"), MINE);
}

test("an owner's file at a path that a release newly ships is kept beside it, over all later releases", async () => {
  await withMine();
  for (const version of ["2.0.0", "3.0.0", "4.0.0"]) await bench.install(version, SHIPPED);
  expect(await seen(bench.www())).toMatchObject({ "themes.json": "shipped", "themes.json.pawl-old": MINE });
  expect(await seen(bench.www())).not.toHaveProperty(["themes.json.pawl-old-2"]);
});

test("going back puts it back, and takes away what was kept beside it", async () => {
  await withMine();
  const before = await bench.device();
  const { move } = await bench.switchedTo("2.0.0", SHIPPED);
  expect(await seen(bench.www())).toMatchObject({ "themes.json.pawl-old": MINE });
  await twice(() => bench.installer.switchBack(move, bench.report));
  expect(await bench.device()).toEqual(before);
});

test("going back leaves it beside when its backup was damaged", async () => {
  await withMine();
  const { move } = await bench.switchedTo("2.0.0", SHIPPED);
  await writeFile(bench.backups("1.0.0/files/web/themes.json"), "damaged");
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect(await seen(bench.www())).toMatchObject({ "version.txt": "1.0.0", "themes.json.pawl-old": MINE });
});

test("it is kept once, under a name that is nobody's", async () => {
  await withMine();
  await writeContents(bench.www(), { "themes.json.pawl-old": "older", "themes.json.pawl-old-2/x": "x" });
  const shipped = { ...SHIPPED, "web/themes.json.pawl-old-3": "shipped, too" };
  await bench.install("2.0.0", shipped);
  await bench.rollBack();
  expect(await readFile(bench.www("themes.json"), "utf8")).toBe(MINE);
  await bench.install("3.0.0", shipped);
  const { "themes.json": now, ...rest } = await seen(bench.www());
  expect(now).toBe("shipped");
  expect(Object.entries(rest).filter(([name]) => name.startsWith("themes"))).toEqual([
    ["themes.json.pawl-old", "older"],
    ["themes.json.pawl-old-2/x", "x"],
    ["themes.json.pawl-old-3", "shipped, too"],
    ["themes.json.pawl-old-4", MINE],
  ]);
});

test("one that says what is shipped, config and kept files have none beside them", async () => {
  await bench.install("1.0.0");
  await writeContents(bench.www(), { "themes.json": "shipped", "own.json": MINE, "data/late": MINE });
  await bench.install("2.0.0", { ...SHIPPED, "web/own.json": "own", "web/data/late": "late" });
  expect(await seen(bench.www())).toMatchObject({ "own.json": MINE, "data/late": MINE });
  expect(Object.keys(await bench.device()).filter((name) => name.includes(".pawl-old"))).toEqual([]);
});

test("a file of the release before is replaced, whoever wrote it", async () => {
  await bench.install("1.0.0");
  await writeFile(bench.www("version.txt"), MINE);
  await bench.install("2.0.0");
  expect(Object.keys(await bench.device()).filter((name) => name.includes(".pawl-old"))).toEqual([]);
});

test("what takes its name at the last moment keeps the release from being put there", async () => {
  await withMine();
  const { move } = await bench.staged("2.0.0", SHIPPED);
  await bench.installer.backUp(move, bench.report);
  await writeFile(bench.www("themes.json.pawl-old"), "just now");
  await expect(bench.installer.switchTo(move, bench.report)).rejects.toMatchObject({
    code: "switch_failed",
    fields: { path: bench.www("themes.json.pawl-old") },
  });
  await bench.installer.switchBack(move, bench.report);
  expect(await seen(bench.www())).toMatchObject({ "themes.json": MINE, "themes.json.pawl-old": "just now" });
});

test("a name of somebody else's among the backups is no release", async () => {
  await mkdir(bench.backups("notes"), { recursive: true });
  await bench.install("1.0.0");
  expect(await bench.installer.manifest("notes")).toBeNull();
  expect(await bench.installer.manifest("nowhere")).toBeNull();
});

test.each([
  ["damaged", (path: string) => writeFile(path, "{")],
  ["no file", (path: string) => rm(path).then(() => mkdir(path))],
])("a manifest that is %s isn't taken for none", async (_how, damage) => {
  await bench.install("1.0.0");
  await damage(bench.backups("1.0.0/manifest.json"));
  await expect(bench.installer.manifest("1.0.0")).rejects.toMatchObject({
    code: "state_damaged",
    fields: { path: bench.backups("1.0.0/manifest.json") },
  });
});
