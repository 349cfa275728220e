import { chmod, chown, lstat, mkdir, stat, symlink } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { beforeEach, expect, test } from "vitest";
import { ensureSocketFolder } from "./socket-folder.ts";

const isRoot = process.geteuid?.() === 0;
const PAWL = { uid: 54_321, gid: 54_322 };

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  return () => dir[Symbol.asyncDispose]();
});

const ensure = (path: string) => ensureSocketFolder(`unix:${dir.join(path)}`, PAWL);

async function ownerOf(path: string): Promise<number[]> {
  const { uid, gid, mode } = await stat(dir.join(path));
  return [uid, gid, mode & 0o777];
}

test.runIf(isRoot)("the socket's folder is made and given to the API's user, those above it stay root's", async () => {
  await ensure("run/pawl/api.sock");
  expect(await ownerOf("run/pawl")).toEqual([54_321, 54_322, 0o755]);
  expect(await ownerOf("run")).toEqual([0, 0, 0o755]);
});

test.runIf(isRoot)("a folder that is there stays as it is", async () => {
  await mkdir(dir.join("run"));
  await ensure("run/api.sock");
  expect(await ownerOf("run")).toEqual([0, 0, 0o755]);
});

test.runIf(isRoot)("nothing is made where another user could lay something else in its place", async () => {
  await mkdir(dir.join("theirs/inside"), { recursive: true });
  await chown(dir.join("theirs"), 54_321, 54_322);
  await ensure("theirs/pawl/api.sock");
  await ensure("theirs/inside/pawl/api.sock");
  for (const path of ["theirs/pawl", "theirs/inside/pawl"])
    await expect(lstat(dir.join(path))).rejects.toMatchObject({ code: "ENOENT" });
});

test.runIf(isRoot)("a link of root's on the way is followed, as /var/run is, and /tmp is root's enough", async () => {
  await mkdir(dir.join("run"));
  await chmod(dir.join("run"), 0o1777);
  await symlink(dir.join("run"), dir.join("link"));
  await ensure("link/pawl/api.sock");
  expect(await ownerOf("run/pawl")).toEqual([54_321, 54_322, 0o755]);
});

test("for a port there is nothing to make", async () => {
  await ensureSocketFolder("127.0.0.1:80", PAWL);
});
