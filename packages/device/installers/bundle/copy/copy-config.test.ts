import { readFile, rm, symlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seen, writeContents } from "../tree-fixture.ts";
import { CopyBench, twice } from "./copy-bench.ts";

let bench: CopyBench;
beforeEach(async () => {
  bench = await CopyBench.create();
});
afterEach(() => bench[Symbol.asyncDispose]());

const text = (path: string) => readFile(bench.www(path), "utf8").catch(() => null);

test("§6 config: unedited config is replaced, and a rollback brings the old one back", async () => {
  await bench.install("1.0.0", { "web/own.json": "own 1" });
  await bench.install("2.0.0", { "web/own.json": "own 2" });
  expect([await text("config.json"), await text("own.json")]).toEqual(["c 2.0.0", "own 2"]);
  await bench.rollBack();
  expect([await text("config.json"), await text("own.json")]).toEqual(["c 1.0.0", "own 1"]);
});

test.each([
  ["in place", (path: string) => writeFile(path, "mine")],
  ["into a link to elsewhere", (path: string) => relink(path)],
])("config edited %s stays over install, rollback and second install, the new one beside it", async (_how, edit) => {
  await bench.install("1.0.0");
  await edit(bench.www("config.json"));
  await bench.install("2.0.0");
  expect(await seen(bench.www())).toMatchObject({ "config.json": "mine", "config.json.pawl-new": "c 2.0.0" });
  await bench.rollBack();
  expect(await text("config.json")).toBe("mine");
  expect(await text("config.json.pawl-new")).toBeNull();
  await bench.install("2.0.0");
  await bench.install("3.0.0");
  expect(await seen(bench.www())).toMatchObject({ "config.json": "mine", "config.json.pawl-new": "c 3.0.0" });
});

test("config edited back to what was shipped is unedited again, and what lay beside it goes", async () => {
  await bench.install("1.0.0");
  await writeFile(bench.www("config.json"), "mine");
  await bench.install("2.0.0");
  await writeFile(bench.www("config.json"), "c 2.0.0");
  await bench.install("3.0.0");
  expect(await text("config.json")).toBe("c 3.0.0");
  expect(await text("config.json.pawl-new")).toBeNull();
});

test("config edited in a release that fails stays in going back, the earlier one beside it", async () => {
  await bench.install("1.0.0");
  const { move } = await bench.switchedTo("2.0.0");
  await writeContents(bench.www(), { "config.json": "edited in 2", "made-by-2": "2", "data/more": "more" });
  await twice(() => bench.installer.switchBack(move, bench.report));
  expect(await seen(bench.www())).toEqual({
    "version.txt": "1.0.0",
    "config.json": "edited in 2",
    "config.json.pawl-new": "c 1.0.0",
    "made-by-2": "2",
    "data/seed": "seed 1.0.0",
    "data/more": "more",
  });
});

test("config edited between the backup and the switch stays", async () => {
  await bench.install("1.0.0");
  const { move, update } = await bench.staged("2.0.0");
  await bench.installer.backUp(move, bench.report);
  await writeFile(bench.www("config.json"), "at the last moment");
  await twice(() => bench.installer.switchTo(move, bench.report));
  expect(await seen(bench.www())).toMatchObject({ "version.txt": "2.0.0", "config.json": "at the last moment" });
  await bench.installer.commit(move, update);
  await bench.rollBack();
  expect(await seen(bench.www())).toMatchObject({ "version.txt": "1.0.0", "config.json": "at the last moment" });
});

test("config that the new release dropped goes when it is unedited, and stays when it is edited", async () => {
  const more = { "web/own.json": "own", "web/second.json": "second" };
  bench.installer = bench.newInstaller({ config: ["web/own.json", "web/second.json"] });
  await bench.install("1.0.0", more);
  await writeFile(bench.www("own.json"), "mine");
  await bench.install("2.0.0");
  expect([await text("own.json"), await text("second.json")]).toEqual(["mine", null]);
  await bench.rollBack();
  expect([await text("own.json"), await text("second.json")]).toEqual(["mine", "second"]);
});

test("config that was there before its release is the owner's", async () => {
  await writeContents(bench.www(), { "own.json": "there before" });
  await bench.install("1.0.0", { "web/own.json": "shipped" });
  expect(await seen(bench.www())).toMatchObject({ "own.json": "there before", "own.json.pawl-new": "shipped" });
});

test("what somebody wrote at the place beside config is left alone", async () => {
  await bench.install("1.0.0");
  await writeContents(bench.www(), { "config.json": "mine", "config.json.pawl-new": "mine, too" });
  await bench.install("2.0.0");
  expect(await seen(bench.www())).toMatchObject({ "config.json": "mine", "config.json.pawl-new": "mine, too" });
});

test("§4 keep: kept files are laid once, and then neither replaced nor removed", async () => {
  await bench.install("1.0.0");
  await writeFile(bench.www("data/seed"), "grown");
  await bench.install("2.0.0", { "web/data/late": "late" });
  await writeFile(bench.www("data/late"), "grown, too");
  await bench.rollBack();
  const { move } = await bench.switchedTo("3.0.0", { "web/data/later": "later" });
  expect(await text("data/later")).toBe("later");
  await bench.installer.switchBack(move, bench.report);
  expect(await seen(bench.www("data"))).toEqual({ seed: "grown", late: "grown, too" });
});

test("a kept folder that its owner put elsewhere by a link stays there, and nothing is laid through it", async () => {
  await writeContents(bench.dir.path, { "disk/db": "db" });
  await writeContents(bench.www(), { "..data/": "" });
  await symlink(bench.dir.join("disk"), bench.www("data"));
  await bench.install("1.0.0");
  expect(await seen(bench.dir.join("disk"))).toEqual({ db: "db" });
});

async function relink(path: string): Promise<void> {
  await writeFile(bench.dir.join("elsewhere.json"), "mine");
  await rm(path);
  await symlink(bench.dir.join("elsewhere.json"), path);
}
