import { readdir, readFile, rm } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seen, writeContents } from "../tree-fixture.ts";
import { CopyBench, twice } from "./copy-bench.ts";

const signal = new AbortController().signal;

let bench: CopyBench;
beforeEach(async () => {
  bench = await CopyBench.create();
});
afterEach(() => bench[Symbol.asyncDispose]());

const installed = async () => JSON.parse(await readFile(bench.dir.join("state/installed.json"), "utf8"));
const ofVersion = (version: string) => ({
  "version.txt": version,
  "config.json": `c ${version}`,
});

test("the first release is in place at its mapped paths, with a record of where it came from", async () => {
  expect(await bench.installer.current()).toBeNull();
  expect(await bench.trees()).toEqual([]);
  await bench.install("1.0.0");
  expect(await seen(bench.www())).toEqual({ ...ofVersion("1.0.0"), "data/seed": "seed 1.0.0" });
  expect(await readFile(bench.dir.join("bin/tool.py"), "utf8")).toBe("tool 1.0.0");
  const { manifest_sha256, version, tree } = (await bench.installer.current()) ?? {};
  expect({ version, tree }).toEqual({ version: "1.0.0", tree: "1.0.0" });
  expect(await installed()).toEqual({
    version: "1.0.0",
    manifest_sha256,
    channel: "stable",
    source: "https://example.org/index.json",
    installed_at: "2025-05-01T12:00:00.000Z",
    earlier: [],
    layout: "copy",
    tree: "1.0.0",
    map: { "web/": bench.www(), "tool.py": bench.dir.join("bin/tool.py") },
  });
  expect(await readdir(bench.backups("1.0.0"))).toEqual(["manifest.json", "tree.json"]);
  expect(await readdir(bench.dir.join("bin"))).toEqual(["tool.py"]);
});

test("§6 copy layout: a second release replaces, adds and removes files, and a rollback takes all of it back", async () => {
  await bench.install("1.0.0", { "web/old/only.txt": "old", "web/both.txt": "both", "web/a.bin": "\0\u0001" });
  const before = await bench.device();
  await bench.install("2.0.0", { "web/both.txt": "both", "web/new/deep/file.txt": "new" });
  expect(await seen(bench.www())).toEqual({
    ...ofVersion("2.0.0"),
    "both.txt": "both",
    "data/seed": "seed 1.0.0",
    "new/deep/file.txt": "new",
  });
  expect(await bench.installer.current()).toMatchObject({ version: "2.0.0" });
  expect(await bench.installer.backups()).toMatchObject([{ tree: "1.0.0", path: bench.backups("1.0.0/files") }]);
  const after = await bench.device();

  await bench.rollBack();
  expect(await bench.device()).toEqual(before);
  expect(await bench.installer.current()).toMatchObject({ version: "1.0.0" });
  expect(await bench.trees()).toEqual([]);
  expect(await bench.installer.kept()).toMatchObject([{ version: "2.0.0" }]);

  const [kept] = await bench.installer.kept();
  const move = { previous: "1.0.0", next: kept?.tree ?? "", manifest_sha256: null, kept: true };
  await twice(() => bench.installer.verifyKept(move, signal));
  await bench.goTo(move);
  await twice(() => bench.installer.commit(move, bench.newUpdate("install", "2.0.0")));
  expect(await bench.device()).toEqual(after);
  expect(await bench.trees()).toEqual(["1.0.0"]);
});

test("§6 copy layout: files the manifest doesn't list are never touched, nor the folders they are in", async () => {
  await bench.install("1.0.0", { "web/old/only.txt": "old" });
  await writeContents(bench.www(), { "old/mine.txt": "mine", "empty/": "", ".env": "env", "data/db": "db" });
  const mine = { "old/mine.txt": "mine", "empty/": "(empty)", ".env": "env", "data/db": "db" };
  await bench.install("2.0.0");
  expect(await seen(bench.www())).toEqual({ ...ofVersion("2.0.0"), ...mine, "data/seed": "seed 1.0.0" });
  await bench.rollBack();
  expect(await seen(bench.www())).toMatchObject({ ...ofVersion("1.0.0"), ...mine, "old/only.txt": "old" });
  await bench.install("3.0.0");
  expect(await seen(bench.www())).toMatchObject({ ...ofVersion("3.0.0"), ...mine });
});

test("§4 backups: as many earlier releases are kept as are asked for, the nearest first", async () => {
  bench.installer = bench.newInstaller({ backups: 2 });
  for (const version of ["1.0.0", "1.1.0", "1.2.0", "1.3.0"]) await bench.install(version);
  expect(await bench.trees()).toEqual(["1.2.0", "1.1.0"]);
  expect(await readdir(bench.backups())).toEqual([".journal.json", ".pawl-app.json", "1.1.0", "1.2.0", "1.3.0"]);
  await bench.rollBack();
  await bench.rollBack();
  expect(await bench.trees()).toEqual([]);
  expect(await seen(bench.www())).toMatchObject(ofVersion("1.1.0"));
  await bench.install("1.3.0");
  expect(await bench.trees()).toEqual(["1.1.0"]);
});

test("a release that fails is gone back from, byte by byte, and can be tried again", async () => {
  await bench.install("1.0.0", { "web/gone.txt": "gone", "web/swap": "file" });
  const before = await bench.device();
  const { move } = await bench.switchedTo("2.0.0", { "web/swap/inside": "folder", "web/added/x": "x" });
  expect(await seen(bench.www())).toMatchObject({ "swap/inside": "folder" });
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect(await bench.installer.switchBack(move, bench.report)).toBe(false);
  expect(await bench.device()).toEqual(before);
  expect(await bench.installer.current()).toMatchObject({ version: "1.0.0" });
  expect(await bench.installer.kept()).toMatchObject([{ version: "2.0.0" }]);
  await bench.install("2.0.0", { "web/swap/inside": "folder" });
  await bench.install("3.0.0", { "web/swap": "file again" });
  expect(await seen(bench.www())).toMatchObject({ swap: "file again" });
  expect(await bench.trees()).toEqual(["2.0.0"]);
});

test("a release whose end isn't on record yet is gone back from, and the record with it", async () => {
  await bench.install("0.9.0");
  await bench.install("1.0.0");
  const [before, record] = [await bench.device(), await installed()];
  const { move, update } = await bench.switchedTo("2.0.0");
  await twice(() => bench.installer.commit(move, update));
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect([await bench.device(), await installed()]).toEqual([before, record]);
});

test("the first install undone leaves nothing, not even the folders it made", async () => {
  await rm(bench.dir.join("www"), { recursive: true });
  const { move } = await bench.switchedTo("1.0.0");
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect(await readdir(bench.dir.path)).not.toContain("www");
  expect(await readdir(bench.dir.join("bin"))).toEqual([]);
  expect(await bench.installer.current()).toBeNull();
});

test("an update that ends before its switch leaves the device and its way back as they were", async () => {
  await bench.install("1.0.0");
  await bench.install("1.1.0");
  const before = await bench.device();
  const { move, update } = await bench.staged("2.0.0", { "web/more/x": "x" });
  await bench.installer.backUp(move, bench.report);
  await twice(() => bench.installer.discard(update, move));
  expect(await bench.device()).toEqual(before);
  expect(await bench.trees()).toEqual(["1.0.0"]);
  expect(await readdir(bench.backups())).toEqual([".pawl-app.json", "1.0.0", "1.1.0"]);
  expect(await readdir(bench.backups("1.1.0"))).toEqual(["manifest.json", "tree.json"]);
});

test("the same version again lies beside itself, and the way back stays what it was", async () => {
  await bench.install("1.0.0");
  await bench.install("1.1.0");
  for (const tree of ["1.1.0~2", "1.1.0"]) {
    await bench.install("1.1.0");
    expect(await bench.installer.current()).toMatchObject({ version: "1.1.0", tree });
    expect(await bench.trees()).toEqual(["1.0.0"]);
  }
  await bench.rollBack();
  expect(await seen(bench.www())).toMatchObject(ofVersion("1.0.0"));
});

test("an earlier release that is gone can't be gone back to, and the device stays as it is", async () => {
  await bench.install("1.0.0");
  const { move } = await bench.switchedTo("2.0.0");
  await rm(bench.backups("1.0.0"), { recursive: true });
  await expect(bench.installer.switchBack(move, bench.report)).rejects.toMatchObject({ code: "no_backup" });
  expect(await seen(bench.www())).toMatchObject(ofVersion("2.0.0"));
});

test("a folder of backups that somebody emptied costs the way back, not the next install", async () => {
  await bench.install("1.0.0", { "web/gone.txt": "gone" });
  await bench.install("1.1.0");
  await rm(bench.backups(), { recursive: true });
  expect(await bench.installer.current()).toMatchObject({ version: "1.1.0" });
  expect(await bench.trees()).toEqual([]);
  const before = await bench.device();
  await bench.install("2.0.0");
  await bench.rollBack();
  expect(await bench.device()).toEqual(before);
  expect(await bench.installer.current()).toMatchObject({ version: "1.1.0" });
});
