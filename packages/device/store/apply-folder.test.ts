import { chmod, chown, lstat, mkdir, symlink } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
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
