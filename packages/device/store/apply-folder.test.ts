import { chmod, chown, lchown, lstat, mkdir, rmdir, symlink } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ensureApplyFolder } from "./apply-folder.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;

test("makes the folder, readable for the unprivileged side whatever the umask is", async () => {
  await using dir = await TempDir.create();
  const umask = process.umask(0o077);
  try {
    await ensureApplyFolder(dir.join("kitchen", "apply"));
  } finally {
    process.umask(umask);
  }
  const { mode, uid } = await lstat(dir.join("kitchen", "apply"));
  expect(mode & 0o777).toBe(0o755);
  expect(uid).toBe(process.getuid?.());
});

test("keeps one that is there", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("apply"), { mode: 0o700 });
  await ensureApplyFolder(dir.join("apply"));
  expect((await lstat(dir.join("apply"))).mode & 0o777).toBe(0o700);
});

const REFUSED: [string, (path: string) => Promise<void>][] = [
  ["another user's", (path) => mkdir(path).then(() => chown(path, NOBODY, NOBODY))],
  ["writable for its group", (path) => mkdir(path).then(() => chmod(path, 0o775))],
  ["writable for all", (path) => mkdir(path).then(() => chmod(path, 0o757))],
  ["a link", (path) => mkdir(`${path}.real`).then(() => symlink(`${path}.real`, path))],
];

test.runIf(isRoot).each(REFUSED)("root refuses one that is %s", async (_, make) => {
  await using dir = await TempDir.create();
  await make(dir.join("apply"));
  await expect(ensureApplyFolder(dir.join("apply"))).rejects.toMatchObject({
    code: "not_writable",
    message: expect.stringContaining(`chown -R 0:0 ${dir.join("apply")}`),
  });
});

describe.runIf(isRoot)("a state folder that is a link, as root", () => {
  let dir: TempDir;
  beforeEach(async () => {
    dir = await TempDir.create();
    await mkdir(dir.join("data", "pawl"), { recursive: true });
    await symlink("data/pawl", dir.join("state"));
  });
  afterEach(() => dir[Symbol.asyncDispose]());

  const ensure = () => ensureApplyFolder(dir.join("state", "kitchen", "apply"));

  test("of root's own is where it leads", async () => {
    await ensure();
    await ensure();
    expect((await lstat(dir.join("data", "pawl", "kitchen", "apply"))).isDirectory()).toBe(true);
  });

  test.each<[string, () => Promise<void>, string]>([
    ["another user's", () => lchown(dir.join("state"), NOBODY, NOBODY), "state"],
    ["into another user's folder", () => chown(dir.join("data"), NOBODY, NOBODY), "data"],
    ["into a folder that all may change", () => chmod(dir.join("data"), 0o777), "data"],
    ["to another user's folder", () => chown(dir.join("data", "pawl"), NOBODY, NOBODY), "data/pawl"],
  ])("is refused when it is %s, before anything is made there", async (_, spoil, place) => {
    await spoil();
    await expect(ensure()).rejects.toMatchObject({
      code: "not_writable",
      message: expect.stringContaining(`others than root can change ${dir.join(place)}, so`),
    });
    await expect(lstat(dir.join("data", "pawl", "kitchen"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  test("that leads nowhere is refused with words", async () => {
    await rmdir(dir.join("data", "pawl"));
    await expect(ensure()).rejects.toMatchObject({ code: "not_writable", message: expect.stringContaining("Mount") });
  });
});
