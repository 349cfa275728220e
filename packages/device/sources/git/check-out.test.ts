import { randomBytes } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { type GitCommit, type GitRepository, pythonProject } from "@pawl/testkit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Branches } from "../types.ts";
import { TREE_LIMITS } from "./check-out.ts";
import { GitFixture, NEVER } from "./git-fixture.ts";
import { readTree } from "./tree.ts";

let fixture: GitFixture;
let repository: GitRepository;
let folders = 0;

beforeAll(async () => {
  fixture = await GitFixture.start();
  repository = await fixture.server.create("kettle");
  await repository.commit("main", { files: pythonProject({ version: "1.0.0" }) });
});

beforeEach(() => {
  fixture.server.heal();
  fixture.server.isOld = false;
});

afterAll(() => fixture[Symbol.asyncDispose]());

const source = () => fixture.source({ url: fixture.urlOf("kettle") }).branches as Branches;

async function folder(): Promise<string> {
  const path = fixture.dir.join(`files-${++folders}`);
  await mkdir(path);
  return path;
}

test("the files of a commit are laid out byte for byte, whatever its attributes say, and nothing of git's", async () => {
  const commit = await repository.commit("attributes", {
    files: {
      ...pythonProject({ version: "1.0.0" }),
      ".gitattributes": "* text eol=crlf ident filter=evil working-tree-encoding=UTF-16\nREADME.md export-ignore\n",
      "unix.txt": "one\n$Id$\n",
      "dos.txt": "one\r\ntwo\r\n",
      "bin/run me": { mode: "100755", data: "#!/bin/sh\n" },
      "bin/é.bin": Buffer.from([0, 1, 2, 255]),
      "deep/er/link": { mode: "120000", data: "../../unix.txt" },
    },
  });
  const dir = await folder();
  const shares: number[] = [];
  await source().checkOut(commit, dir, (advance) => shares.push("share" in advance ? advance.share : -1), NEVER);
  expect((await readdir(dir)).sort()).toEqual(
    [".gitattributes", "README.md", "bin", "deep", "dos.txt", "kettle", "pyproject.toml", "unix.txt"].sort(),
  );
  expect(await readFile(join(dir, "unix.txt"), "utf8")).toBe("one\n$Id$\n");
  expect(await readFile(join(dir, "dos.txt"), "utf8")).toBe("one\r\ntwo\r\n");
  expect(await readFile(join(dir, "bin/é.bin"))).toEqual(Buffer.from([0, 1, 2, 255]));
  expect(await readlink(join(dir, "deep/er/link"))).toBe("../../unix.txt");
  const modes = await Promise.all(["bin/run me", "unix.txt", "bin"].map((path) => lstat(join(dir, path))));
  expect(modes.map(({ mode }) => (mode & 0o7777).toString(8))).toEqual(["755", "644", "755"]);
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
});

test.each<[string, GitCommit["files"], RegExp]>([
  ["a submodule", { lib: { mode: "160000", data: "1".repeat(40) } }, /submodule.*lib/],
  [
    "files in Git LFS",
    {
      ".gitattributes": "*.bin filter=lfs diff=lfs\n",
      "a.bin": `version https://git-lfs.github.com/spec/v1\noid sha256:${"0".repeat(64)}\nsize 5\n`,
    },
    /LFS.*a\.bin/,
  ],
  ["a link out of its folder", { "a/b": { mode: "120000", data: "../../etc/passwd" } }, /leads out.*a\/b/],
  ["a link to an absolute path", { b: { mode: "120000", data: "/etc/passwd" } }, /leads out/],
  [
    "links that lead out together",
    { "p/q/y": { mode: "120000", data: "../.." }, "p/q/x": { mode: "120000", data: "y/../z" } },
    /through another link/,
  ],
  ["a name with a line's end", { "a\nb": "" }, /control character/],
])("a commit with %s is refused, and leaves the folder empty", async (_what, files, words) => {
  const commit = await repository.commit("refused", { from: null, files });
  const dir = await folder();
  await expect(source().checkOut(commit, dir, () => undefined, NEVER)).rejects.toMatchObject({
    code: "archive_refused",
    message: expect.stringMatching(words),
  });
  expect(await readdir(dir)).toEqual([]);
});

test("a commit that the host doesn't have any more is release_moved", async () => {
  const dir = await folder();
  await expect(source().checkOut("2".repeat(40), dir, () => undefined, NEVER)).rejects.toMatchObject({
    code: "release_moved",
  });
});

test("an older commit is had from a host that gives nothing by id", async () => {
  fixture.server.isOld = true;
  const old = await repository.commit("old", { files: { a: "before" } });
  await repository.commit("old", { files: { a: "after" } });
  const branches = source();
  const dir = await folder();
  await branches.checkOut(old, dir, () => undefined, NEVER);
  expect(await readFile(join(dir, "a"), "utf8")).toBe("before");
  await expect(branches.checkOut("2".repeat(40), dir, () => undefined, NEVER)).rejects.toMatchObject({
    code: "release_moved",
  });
});

test("a check-out that is broken off, by the host or by a kill, doesn't hinder the next", async () => {
  const blob = randomBytes(100_000);
  const commit = await repository.commit("large", { files: { blob } });
  const branches = source();
  const dir = await folder();
  fixture.server.fault("/kettle.git/git-upload-pack", { kind: "truncate", after: 3000 });
  await expect(branches.checkOut(commit, dir, () => undefined, NEVER)).rejects.toMatchObject({ code: "offline" });
  fixture.server.heal();
  fixture.server.fault("/kettle.git/git-upload-pack", { kind: "hang" });
  const stop = AbortSignal.timeout(400);
  await expect(branches.checkOut(commit, dir, () => undefined, stop)).rejects.toMatchObject({ name: "TimeoutError" });
  fixture.server.heal();
  expect(await readdir(dir)).toEqual([]);
  await branches.checkOut(commit, dir, () => undefined, NEVER);
  expect(await readFile(join(dir, "blob"))).toEqual(blob);
});

const entry = (mode: string, size: string, path: string) => `${mode} blob ${"a".repeat(40)} ${size}\t${path}\0`;

test("a tree may have so many files and bytes, and no names that mean something else", () => {
  const two = entry("100644", "    5", "a") + entry("100755", "    7", "b/c");
  expect(readTree(two, { files: 2, bytes: 12 })).toEqual([
    { path: "a", mode: "100644", bytes: 5 },
    { path: "b/c", mode: "100755", bytes: 7 },
  ]);
  expect(() => readTree(two, { files: 1, bytes: 12 })).toThrow(/more than 1 files/);
  expect(() => readTree(two, { files: 2, bytes: 11 })).toThrow(/larger than/);
  for (const path of ["../a", "/a", "a//b", "x\ufffd", "a/.GIT/config", "a\\b"]) {
    expect(() => readTree(entry("100644", "    1", path), TREE_LIMITS)).toThrow(/can't be installed/);
  }
});
