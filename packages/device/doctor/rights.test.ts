import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { groupsOf, nameOf } from "./accounts.ts";
import { couldChange, foldersAbove, mayByMode, obstacleOnTheWay, type Right, weakPlace } from "./rights.ts";

const PAWL = { uid: 990, gids: [990, 50] };

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await chmod(dir.path, 0o755);
});
afterEach(() => dir[Symbol.asyncDispose]());

test.each<[number, number, number, Right, boolean]>([
  [990, 0, 0o400, "read", true],
  [990, 0, 0o400, "write", false],
  [0, 990, 0o640, "read", true],
  [0, 50, 0o640, "read", true],
  [0, 51, 0o640, "read", false],
  [0, 51, 0o644, "read", true],
  [0, 0, 0o751, "enter", true],
  // The first that applies decides, even where the others would give more.
  [990, 0, 0o077, "read", false],
  [0, 990, 0o707, "write", false],
])("owner %i, group %i, mode %o: %s is %s", (uid, gid, mode, right, expected) => {
  expect(mayByMode(PAWL, { uid, gid, mode }, right)).toBe(expected);
});

test("root may do anything, and whoever owns a thing can give themselves the right", () => {
  expect(mayByMode({ uid: 0, gids: [0] }, { uid: 1, gid: 1, mode: 0 }, "write")).toBe(true);
  expect(couldChange(PAWL, { uid: 990, gid: 0, mode: 0o400 })).toBe(true);
  expect(couldChange(PAWL, { uid: 0, gid: 0, mode: 0o644 })).toBe(false);
});

test("names the folder that keeps somebody out", async () => {
  await mkdir(dir.join("a", "b"), { recursive: true });
  await writeFile(dir.join("a", "b", "secret"), "x", { mode: 0o644 });
  expect(await obstacleOnTheWay(PAWL, dir.join("a", "b", "secret"), "read")).toBeNull();
  await chmod(dir.join("a", "b", "secret"), 0o600);
  expect(await obstacleOnTheWay(PAWL, dir.join("a", "b", "secret"), "read")).toBe(dir.join("a", "b", "secret"));
  await chmod(dir.join("a"), 0o700);
  expect(await obstacleOnTheWay(PAWL, dir.join("a", "b", "secret"), "read")).toBe(dir.join("a"));
});

test("finds the folder in which another file could be put in the place of one", async () => {
  const isOpen = ({ mode }: { mode: number }) => (mode & 0o002) !== 0;
  await mkdir(dir.join("a", "b"), { recursive: true });
  await writeFile(dir.join("a", "b", "file"), "x");
  expect(await weakPlace(dir.join("a", "b", "file"), isOpen)).toBeNull();
  await chmod(dir.join("a"), 0o777);
  expect(await weakPlace(dir.join("a", "b", "file"), isOpen)).toBe(dir.join("a"));
  await symlink(dir.join("a", "b", "file"), dir.join("link"));
  expect(await weakPlace(dir.join("link"), isOpen)).toBe(dir.join("a"));
  expect(await weakPlace(dir.join("a", "none"), isOpen)).toBe(dir.join("a"));
});

test("the folders above a path end with the root", () => {
  expect(foldersAbove("/etc/pawl/pawl.yaml")).toEqual(["/etc/pawl", "/etc", "/"]);
  expect(foldersAbove("/")).toEqual([]);
});

test("a user's groups are those that name them", () => {
  const files = {
    passwd: "root:x:0:0\npawl:x:990:990:Pawl\n",
    group: "tls:x:50:pawl,web\nweb:x:51:web\nodd:x:52:pawlx\n",
  };
  expect(groupsOf(990, files)).toEqual([50]);
  expect(groupsOf(7, files)).toEqual([]);
  expect(nameOf(0, files.passwd)).toBe("root");
});
