import { execFile } from "node:child_process";
import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import type { BundleInstall } from "@pawl/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Contents, seen, writeContents } from "../tree-fixture.ts";
import { CopyBench } from "./copy-bench.ts";

const signal = new AbortController().signal;
const exec = promisify(execFile);

let bench: CopyBench;
beforeEach(async () => {
  bench = await CopyBench.create();
  await writeContents(bench.dir.path, { "elsewhere/version.txt": "not Pawl's", "elsewhere/sub/x": "not Pawl's" });
});
afterEach(() => bench[Symbol.asyncDispose]());

const elsewhere = () => bench.dir.join("elsewhere");

async function stage(version: string, more: Contents = {}): Promise<unknown> {
  const update = bench.newUpdate("install", version);
  return bench.installer.stage({ update, ...(await bench.publish(version, more)) }, bench.report, signal);
}

async function linkInPlace(path: string): Promise<void> {
  await rename(bench.www(path), bench.dir.join("moved"));
  await symlink(elsewhere(), bench.www(path));
}

test.each<[string, string, (at: string) => Promise<unknown>]>([
  ["a link in a folder's place", "sub", (at) => rm(at, { recursive: true }).then(() => symlink(elsewhere(), at))],
  ["a file in a folder's place", "sub", (at) => rm(at, { recursive: true }).then(() => writeFile(at, "theirs"))],
  ["a folder in a file's place", "version.txt", (at) => rm(at).then(() => mkdir(at))],
  ["a pipe in a file's place", "version.txt", (at) => rm(at).then(() => exec("mkfifo", [at]))],
  ["a folder with somebody's file in it where a file shall be", "new", (at) => writeContents(at, { theirs: "theirs" })],
])("%s is refused with its name, and nothing is changed", async (_what, path, change) => {
  await bench.install("1.0.0", { "web/sub/x": "x" });
  await change(bench.www(path));
  const before = await bench.device();
  await expect(stage("2.0.0", { "web/sub/x": "x 2", "web/new": "a file" })).rejects.toMatchObject({
    code: "not_writable",
    fields: { path: bench.www(path) },
  });
  expect(await bench.device()).toEqual(before);
  expect(await seen(elsewhere())).toEqual({ "version.txt": "not Pawl's", "sub/x": "not Pawl's" });
  expect(await bench.installer.current()).toMatchObject({ version: "1.0.0" });
});

test.each(["backUp", "switchTo"] as const)(
  "a link that takes a folder's place just before %s leads nobody elsewhere, and doesn't keep the device from going back",
  async (step) => {
    await bench.install("1.0.0", { "web/sub/x": "x" });
    const { move, update } = await bench.staged("2.0.0", { "web/sub/x": "x 2" });
    if (step === "switchTo") await bench.installer.backUp(move, bench.report);
    await linkInPlace("sub");
    await expect(bench.installer[step](move, bench.report)).rejects.toMatchObject({ code: "not_writable" });
    if (step === "switchTo") await bench.installer.switchBack(move, bench.report);
    else await bench.installer.discard(update, move);
    expect(await seen(bench.www())).toMatchObject({ "version.txt": "1.0.0" });
    expect(await seen(elsewhere())).toEqual({ "version.txt": "not Pawl's", "sub/x": "not Pawl's" });
  },
);

test("a link that takes a folder's place in the new release is kept beside it in going back", async () => {
  await bench.install("1.0.0", { "web/sub/x": "x" });
  const { move } = await bench.switchedTo("2.0.0", { "web/sub/x": "x 2" });
  await linkInPlace("sub");
  expect(await bench.installer.switchBack(move, bench.report)).toBe(true);
  expect(await seen(bench.www())).toMatchObject({ "version.txt": "1.0.0", "sub/x": "x" });
  expect(await readlink(bench.www("sub.pawl-old"))).toBe(elsewhere());
  expect(await seen(elsewhere())).toEqual({ "version.txt": "not Pawl's", "sub/x": "not Pawl's" });
});

test("what a link in a folder's place leads to isn't removed with what the new release dropped", async () => {
  await bench.install("1.0.0", { "web/sub/x": "x" });
  await rm(bench.www("sub"), { recursive: true });
  await symlink(elsewhere(), bench.www("sub"));
  await bench.install("2.0.0");
  expect(await seen(elsewhere())).toEqual({ "version.txt": "not Pawl's", "sub/x": "not Pawl's" });
  expect(await seen(bench.www())).toMatchObject({ "version.txt": "2.0.0", "sub/sub/x": "not Pawl's" });
});

test("a mapped folder that its owner put elsewhere by a link is followed", async () => {
  await symlink(elsewhere(), bench.www());
  await bench.install("1.0.0");
  expect(await seen(elsewhere())).toMatchObject({ "version.txt": "1.0.0", "sub/x": "not Pawl's" });
});

test.each<[string, Partial<BundleInstall>, Contents, string, string]>([
  ["a file that map says no place for", {}, { "docs/x": "x" }, "bad_manifest", "docs/x"],
  ["a link that leads out of its mapping", {}, { "web/l": { link: "../tool.py" } }, "bad_manifest", "web/l"],
  ["nothing for a mapped path", { map: { "other/": "/tmp/o", "./": "/tmp/r" } }, {}, "bad_manifest", "/tmp/o"],
  [
    "a file below what is a file",
    { map: { "./": "/tmp/r", "tool.py": "/tmp/r/web" } },
    {},
    "config_invalid",
    "/tmp/r/web",
  ],
])("a release with %s is refused before anything is unpacked", async (_what, config, more, code, path) => {
  bench.installer = bench.newInstaller(config);
  await expect(stage("1.0.0", more)).rejects.toMatchObject({ code, fields: { path } });
  expect(await readdir(bench.dir.join("state"))).toEqual([]);
  expect(await bench.device()).toEqual({});
});

test("what map doesn't name goes to the home, when there is one", async () => {
  bench.installer = bench.newInstaller({ home: bench.dir.join("www/rest") });
  await bench.install("1.0.0", { "docs/x": "x", "web/l": { link: "version.txt" } });
  expect(await seen(bench.dir.join("www"))).toMatchObject({ "rest/docs/x": "x", "app/l": "1.0.0" });
});

test("a place among the backups, and another app's backups, are refused", async () => {
  bench.installer = bench.newInstaller({ home: bench.backups("x") });
  await expect(stage("1.0.0", { more: "more" })).rejects.toMatchObject({ code: "config_invalid" });
  bench.installer = bench.newInstaller();
  await bench.install("1.0.0");
  await writeContents(bench.dir.path, { "other/installed.json": "{}" });
  const claim = JSON.stringify({ installed: bench.dir.join("other/installed.json") });
  await writeFile(bench.backups(".pawl-app.json"), claim);
  await expect(stage("2.0.0")).rejects.toMatchObject({ code: "config_invalid", fields: { path: bench.backups() } });
});

test("§4 backup_dir: backups are copies of the managed files there, and nowhere else", async () => {
  const own = bench.dir.join("on-the-stick");
  bench.installer = bench.newInstaller({ backup_dir: own });
  for (const version of ["1.0.0", "2.0.0"]) await bench.install(version);
  const [backup] = await bench.installer.backups();
  expect(backup).toMatchObject({ version: "1.0.0" });
  expect(backup?.path.startsWith(`${own}/`)).toBe(true);
  expect((await readdir(backup?.path ?? "", { recursive: true })).some((path) => path.endsWith("tool.py"))).toBe(true);
  await expect(readdir(bench.backups())).rejects.toMatchObject({ code: "ENOENT" });
});

test("§4 backup_dir: what else lies in the folder of backups is left alone", async () => {
  await writeContents(bench.backups(), { "2019-05-01/manifest.json": "{}", "2.0.0/mine": "mine", note: "note" });
  for (const version of ["1.0.0", "2.0.0", "3.0.0", "4.0.0"]) await bench.install(version);
  expect(await readdir(bench.backups())).toEqual(
    expect.arrayContaining(["2.0.0", "2019-05-01", "3.0.0", "4.0.0", "note"]),
  );
  expect(await readdir(bench.backups("2.0.0"))).toEqual(["mine"]);
  expect((await bench.installer.kept()).map(({ version }) => version)).toEqual(["3.0.0"]);
});

test("a kept release of which a file was changed is not gone forward to", async () => {
  await bench.install("1.0.0");
  await bench.install("2.0.0");
  await bench.rollBack();
  const [kept] = await bench.installer.kept();
  const move = { previous: "1.0.0", next: kept?.tree ?? "", manifest_sha256: null, kept: true };
  await writeFile(bench.backups("2.0.0/files/web/version.txt"), "2.0.1");
  await expect(bench.installer.verifyKept(move, signal)).rejects.toMatchObject({
    code: "hash_mismatch",
    fields: { path: "web/version.txt", version: "2.0.0" },
  });
  await bench.installer.discard(bench.newUpdate("install", "2.0.0"), move);
  expect(await bench.installer.kept()).toHaveLength(1);
});
