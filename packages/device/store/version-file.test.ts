import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noSmallDisks, SmallDisk } from "../preflight/small-disk.ts";
import { VersionFile } from "./version-file.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

test("§4 version_file: writes the version, and the folders it needs", async () => {
  const file = new VersionFile(dir.join("etc/pikit/version"));
  await file.check();
  await file.write("1.0.0");
  await file.write("1.1.0");
  expect(await readFile(dir.join("etc/pikit/version"), "utf8")).toBe("1.1.0\n");
});

test("writes without having been checked first: its folder may have gone since", async () => {
  await new VersionFile(dir.join("gone/version")).write("1.1.0");
  expect(await readFile(dir.join("gone/version"), "utf8")).toBe("1.1.0\n");
});

test("the check leaves the file as it is, and nothing beside it", async () => {
  await writeFile(dir.join("version"), "1.0.0\n");
  await new VersionFile(dir.join("version")).check();
  expect(await readdir(dir.path)).toEqual(["version"]);
  expect(await readFile(dir.join("version"), "utf8")).toBe("1.0.0\n");
});

test.each([
  ["a folder of its name", (path: string) => mkdir(path, { recursive: true })],
  ["a file where its folder should be", (path: string) => writeFile(path.replace(/\/version$/, ""), "")],
])("with %s it can't be written, and the check says what to do", async (_, take) => {
  const path = dir.join("etc/version");
  await take(path);
  await expect(new VersionFile(path).check()).rejects.toMatchObject({
    code: "not_writable",
    message: `The version file ${path} can't be written. Make its folder writable, or correct version_file in pawl.yaml.`,
    fields: { path },
  });
});

test("in a folder that isn't writable it can't be written", async () => {
  await mkdir(dir.join("etc"));
  await chmod(dir.join("etc"), 0o555);
  // Root may write everywhere, so for this one the tests are somebody else.
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.("nobody");
  try {
    await expect(new VersionFile(dir.join("etc/version")).check()).rejects.toMatchObject({ code: "not_writable" });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test.skipIf(noSmallDisks)("on a full disk it can't be written, and the check leaves nothing behind", async () => {
  using _disk = SmallDisk.on(dir.join("etc"), { bytes: 64 * 1024 });
  await writeFile(dir.join("etc/version"), "1.0.0\n");
  await writeFile(dir.join("etc/ballast"), Buffer.alloc(60 * 1024));
  await expect(new VersionFile(dir.join("etc/version")).check()).rejects.toMatchObject({
    code: "disk_full",
    message: `The version file ${dir.join("etc/version")} can't be written: the disk it is on is full. Free some space there.`,
    fields: { path: dir.join("etc/version") },
  });
  expect((await readdir(dir.join("etc"))).sort()).toEqual(["ballast", "version"]);
});

test("without a path there is nothing to check or to write", async () => {
  const none = new VersionFile(undefined);
  await none.check();
  await none.write("1.0.0");
  expect(await readdir(dir.path)).toEqual([]);
});
