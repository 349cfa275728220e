import { chmod, mkdir, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TempDir } from "@pawl/testkit";
import { expect, test } from "vitest";
import { readDirectUrl, readDistInfo } from "./dist-info.ts";

async function fileAt(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

const METADATA =
  "Metadata-Version: 2.1\nName: pyMC_Repeater\nVersion: 1.0.6.dev451\nRequires-Python: >=3.9\n\nVersion: 9\n";

test("a dist-info tells name, version and which Python it needs, by its head alone", async () => {
  await using dir = await TempDir.create();
  const path = dir.join("pymc_repeater-1.0.6.dev451.dist-info");
  await fileAt(`${path}/METADATA`, METADATA.replaceAll("\n", "\r\n"));
  expect(await readDistInfo(path)).toEqual({ name: "pyMC_Repeater", version: "1.0.6.dev451", requiresPython: ">=3.9" });
});

test("an egg-info is a folder, or one file, and may be without a version in its name", async () => {
  await using dir = await TempDir.create();
  const text = "Metadata-Version: 1.2\nName: Foo\nVersion: 1.0\n";
  await fileAt(dir.join("Foo-1.0-py3.11.egg-info", "PKG-INFO"), text);
  await fileAt(dir.join("Foo-1.0.egg-info"), text);
  await fileAt(dir.join("foo.egg-info", "PKG-INFO"), text);
  for (const name of ["Foo-1.0-py3.11.egg-info", "Foo-1.0.egg-info", "foo.egg-info"]) {
    expect(await readDistInfo(dir.join(name))).toEqual({ name: "Foo", version: "1.0", requiresPython: null });
  }
});

test.each([
  ["1.0.6.dev451", "Version: 1.0.6.dev451+g85b6b2a3\n", "1.0.6.dev451+g85b6b2a3"],
  ["1.0_rc1", "Version: 1.0-rc1\n", "1.0-rc1"],
  ["1.0rc1", "Version: 1.0.rc1\n", "1.0.rc1"],
])("a folder's name with %s goes with %s", async (inName, line, version) => {
  await using dir = await TempDir.create();
  const path = dir.join(`x-${inName}.dist-info`);
  await fileAt(`${path}/METADATA`, `Name: x\n${line}\n`);
  expect(await readDistInfo(path)).toMatchObject({ version });
});

test.each([
  ["an empty file", ""],
  ["zeroes, as a power cut leaves them", "\0".repeat(400)],
  ["no version", "Name: x\n"],
  ["no name", "Version: 1.0.451\n"],
  ["a version that was cut short", "Name: x\nVersion: 1.0.45"],
  ["a version only behind the head", "Name: x\n\nVersion: 1.0.451\n"],
  ["another distribution's name", "Name: y\nVersion: 1.0.451\n"],
  ["a version that is no version", "Name: x\nVersion: $(id)\n"],
  ["an escape in the version", "Name: x\nVersion: 1.0.451\u001b[31m\n"],
])("%s is never a version", async (_, text) => {
  await using dir = await TempDir.create();
  await fileAt(dir.join("x-1.0.451.dist-info", "METADATA"), text);
  const told = await readDistInfo(dir.join("x-1.0.451.dist-info"));
  expect(told).toMatchObject({ why: "damaged", detail: expect.stringContaining("METADATA") });
});

test("links, FIFOs' like and files of any size are not read", async () => {
  await using dir = await TempDir.create();
  await fileAt(dir.join("elsewhere", "METADATA"), METADATA);
  await symlink(dir.join("elsewhere"), dir.join("pymc_repeater-1.0.6.dev451.dist-info"));
  await mkdir(dir.join("x-1.dist-info"));
  await symlink(dir.join("elsewhere", "METADATA"), dir.join("x-1.dist-info", "METADATA"));
  await mkdir(dir.join("y-1.dist-info", "METADATA"), { recursive: true });
  await fileAt(dir.join("z-1.dist-info", "METADATA"), "Name: z\nVersion: 1\n");
  await truncate(dir.join("z-1.dist-info", "METADATA"), 2 ** 40);
  for (const name of ["pymc_repeater-1.0.6.dev451", "x-1", "y-1", "z-1"]) {
    expect(await readDistInfo(dir.join(`${name}.dist-info`))).toMatchObject({ why: "damaged" });
  }
});

test("a folder without a description is empty, and one that may not be read says so", async () => {
  await using dir = await TempDir.create();
  await mkdir(dir.join("x-1.dist-info"));
  expect(await readDistInfo(dir.join("x-1.dist-info"))).toMatchObject({ why: "empty" });
  if (process.getuid?.() === 0) return;
  await fileAt(dir.join("y-1.dist-info", "METADATA"), "Name: y\nVersion: 1\n");
  await chmod(dir.join("y-1.dist-info", "METADATA"), 0);
  expect(await readDistInfo(dir.join("y-1.dist-info"))).toMatchObject({ why: "unreadable" });
});

const COMMIT = "85b6b2a3".repeat(5);
const git = (info: object) => ({ url: "https://me:secret@git.example.org/x.git", vcs_info: { vcs: "git", ...info } });

test.each<[string, unknown, { commit: string | null; channel: string | null }]>([
  ["a branch", git({ commit_id: COMMIT, requested_revision: "dev" }), { commit: COMMIT, channel: "dev" }],
  [
    "a whole ref",
    git({ commit_id: COMMIT, requested_revision: "refs/heads/feature/x" }),
    { commit: COMMIT, channel: "feature/x" },
  ],
  [
    "a pull request",
    git({ commit_id: COMMIT, requested_revision: "refs/pull/2/head" }),
    { commit: COMMIT, channel: null },
  ],
  ["a commit", git({ commit_id: COMMIT, requested_revision: COMMIT }), { commit: COMMIT, channel: null }],
  ["no revision", git({ commit_id: COMMIT }), { commit: COMMIT, channel: null }],
  [
    "a hostile revision",
    git({ commit_id: "x", requested_revision: "--upload-pack=id" }),
    { commit: null, channel: null },
  ],
  ["another system", { vcs_info: { vcs: "hg", commit_id: COMMIT } }, { commit: null, channel: null }],
  ["a folder", { url: "file:///x", dir_info: {} }, { commit: null, channel: null }],
  ["a list", [1], { commit: null, channel: null }],
])("of direct_url.json with %s", async (_, json, told) => {
  await using dir = await TempDir.create();
  await writeFile(dir.join("direct_url.json"), JSON.stringify(json));
  expect(await readDirectUrl(dir.path)).toEqual(told);
});
