import { execFileSync } from "node:child_process";
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { lookAtChannelFile, readChannelFile, writeChannelFile } from "./channel-file.ts";

const isRoot = process.geteuid?.() === 0;

let dir: TempDir;
let path: string;

beforeEach(async () => {
  dir = await TempDir.create();
  path = dir.join(".update_channel");
});
afterEach(() => dir[Symbol.asyncDispose]());

test.each([
  ["dev", "dev"],
  [" \n feature/new-radio\r\n\n", "feature/new-radio"],
  ["", null],
  [" \n\t", null],
  ["main\ndev", null],
  ["../../other/repo/main", null],
  ["--upload-pack=id", null],
  ["$(id)", null],
  ["refs/heads/a.lock", null],
  ["x".repeat(81), null],
  ["\0main", null],
  ["\u001b[2Jmain", null],
  ["größer", null],
])("B12 the text %j names the channel %j", async (text, channel) => {
  await writeFile(path, text);
  expect(readChannelFile(path)).toBe(channel);
});

test("B12 what is missing, no file, or far too large names no channel", async () => {
  expect(readChannelFile(path)).toBeNull();
  expect(readChannelFile(dir.join("no", "folder"))).toBeNull();
  expect(readChannelFile(dir.path)).toBeNull();
  execFileSync("mkfifo", [dir.join("fifo")]);
  expect(readChannelFile(dir.join("fifo"))).toBeNull();
  await writeFile(dir.join("elsewhere"), "dev");
  await symlink(dir.join("elsewhere"), dir.join("link"));
  expect(readChannelFile(dir.join("link"))).toBeNull();
  await writeFile(path, "dev");
  await truncate(path, 2 ** 40);
  expect(lookAtChannelFile(path)).toEqual({ is: "refused" });
});

test("the name is written whole, and nothing else is left; the file keeps its mode", async () => {
  await writeChannelFile(path, "dev");
  expect(await readFile(path, "utf8")).toBe("dev\n");
  await chmod(path, 0o664);
  const before = await stat(path);
  await writeChannelFile(path, "main");
  const after = await stat(path);
  expect(await readFile(path, "utf8")).toBe("main\n");
  expect({ mode: after.mode, uid: after.uid, gid: after.gid }).toEqual({
    mode: before.mode,
    uid: before.uid,
    gid: before.gid,
  });
  expect(after.ino).not.toBe(before.ino);
  expect(await readdir(dir.path)).toEqual([".update_channel"]);
});

test("what a power cut left of an earlier try hinders nobody", async () => {
  await writeFile(`${path}.pawl-tmp`, "de", { mode: 0o000 });
  await writeChannelFile(path, "dev");
  expect(readChannelFile(path)).toBe("dev");
  expect(await readdir(dir.path)).toEqual([".update_channel"]);
});

test("no channel leaves an empty file, and makes none", async () => {
  await writeChannelFile(path, null);
  expect(await readdir(dir.path)).toEqual([]);
  await writeFile(path, "dev");
  await writeChannelFile(path, null);
  expect(await readFile(path, "utf8")).toBe("");
});

test.each(["a folder", "a link"])("%s in its place isn't written to", async (kind) => {
  await writeFile(dir.join("elsewhere"), "as it was");
  await (kind === "a link" ? symlink(dir.join("elsewhere"), path) : mkdir(path));
  await expect(writeChannelFile(path, "dev")).rejects.toMatchObject({
    code: "not_writable",
    message: expect.stringContaining(path),
    fields: { path },
  });
  expect(await readFile(dir.join("elsewhere"), "utf8")).toBe("as it was");
});

test("a folder that isn't there is an error with what to do, and nothing is made", async () => {
  const nowhere = dir.join("no", "channel");
  await expect(writeChannelFile(nowhere, "dev")).rejects.toMatchObject({
    code: "not_writable",
    message: expect.stringContaining("channel_file"),
    fields: { path: nowhere },
  });
  expect(await readdir(dir.path)).toEqual([]);
});

/** As somebody who is neither root nor the file's owner. */
async function asSomebody<T>(work: () => Promise<T>): Promise<T> {
  const group = process.getegid?.() ?? 0;
  process.setegid?.(54_321);
  process.seteuid?.(54_321);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(group);
  }
}

test.skipIf(!isRoot)("root keeps the owner, and gives a new file to the folder's", async () => {
  await chown(dir.path, 54_321, 54_322);
  await writeChannelFile(path, "dev");
  expect(await stat(path)).toMatchObject({ uid: 54_321, gid: 54_322 });
  await chown(path, 54_323, 54_322);
  await writeChannelFile(path, "main");
  expect(await stat(path)).toMatchObject({ uid: 54_323, gid: 54_322 });
});

test.skipIf(!isRoot)(
  "another user's file stays theirs: it is overwritten, also where its folder is closed",
  async () => {
    await writeFile(path, "a-very-long-branch");
    await chmod(path, 0o666);
    for (const mode of [0o777, 0o755]) {
      await chmod(dir.path, mode);
      const { ino } = await stat(path);
      await asSomebody(() => writeChannelFile(path, "dev"));
      expect(await readFile(path, "utf8")).toBe("dev\n");
      expect(await stat(path)).toMatchObject({ ino, uid: 0, gid: 0 });
      await appendFile(path, "more\n");
    }
  },
);

test.skipIf(!isRoot)("a file that may only be replaced is replaced", async () => {
  await writeFile(path, "main", { mode: 0o644 });
  await chmod(dir.path, 0o777);
  await asSomebody(() => writeChannelFile(path, "dev"));
  expect(await readFile(path, "utf8")).toBe("dev\n");
  expect(await stat(path)).toMatchObject({ uid: 54_321 });
});

test.skipIf(!isRoot)("who may do neither is told so, and the old name stands", async () => {
  await writeFile(path, "main", { mode: 0o644 });
  await chmod(dir.path, 0o755);
  const told = asSomebody(() => writeChannelFile(path, "dev"));
  await expect(told).rejects.toMatchObject({ code: "not_writable", fields: { path } });
  expect(readChannelFile(path)).toBe("main");
});
