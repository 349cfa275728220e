import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { run } from "../../system/run.ts";
import { installerOf, makeByHand, report, signal, staging, switchedTo, updateTo } from "./adopt-fixture.ts";
import { mountPoints } from "./adopt-mounts.ts";
import { onDisk } from "./tree-fixture.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await makeByHand(dir.path);
});
afterEach(() => dir[Symbol.asyncDispose]());

test.each([
  ["somebody's link", (at: string) => symlink("/srv/elsewhere", at), /isn't Pawl's link/],
  ["a named pipe", (at: string) => run(["mkfifo", at], { timeoutMs: 5000 }), /isn't Pawl's link/],
])("a mapped path that is %s isn't adopted, and neither are the others", async (_what, put, says) => {
  await rm(dir.join("bin/api"));
  await put(dir.join("bin/api"));
  const before = await onDisk(dir.join("www"));
  const staged = installerOf(dir.path).stage(await staging(dir.path, "1.0.0"), report, signal);
  await expect(staged).rejects.toMatchObject({
    code: "not_writable",
    message: expect.stringMatching(says),
    fields: { path: dir.join("bin/api") },
  });
  expect(await onDisk(dir.join("www"))).toEqual(before);
  expect(await readdir(dir.path)).not.toContain("home");
});

test.each([
  ["a file where the whole release belongs", { ".": "bin/api" }, /is a file/],
  ["paths of which one holds the other", { "web/": "www", "api.py": "www/web" }, /overlaps/],
  ["parts of the release of which one holds the other", { "./": "www", web: "bin" }, /overlaps/],
  ["a folder that Pawl's own lies in", { "web/": "." }, /Pawl's own folder/],
])("%s can't be adopted", async (_what, map, says) => {
  const placed = Object.fromEntries(Object.entries(map).map(([from, at]) => [from, dir.join(at)]));
  const asked = await staging(dir.path, "1.0.0");
  const staged = installerOf(dir.path, { map: placed }).stage(asked, report, signal);
  await expect(staged).rejects.toMatchObject({ code: "not_writable", message: expect.stringMatching(says) });
});

test.each(["/proc", "/dev"])("a mount point, or a folder with one in it, can't be adopted: %s", async (at) => {
  const asked = await staging(dir.path, "1.0.0");
  const staged = installerOf(dir.path, { map: { "web/": at } }).stage(asked, report, signal);
  await expect(staged).rejects.toMatchObject({ code: "not_writable", message: expect.stringMatching(/mount point/) });
});

test("mount points are read with the characters that the kernel writes as numbers", () => {
  const table = [
    "22 28 0:21 / /proc rw,nosuid shared:14 - proc proc rw",
    "36 35 98:0 /mnt1 /srv/my\\040disk\\134x rw,noatime master:1 - ext3 /dev/root rw,errors=continue",
    "",
  ];
  expect(mountPoints(table.join("\n"))).toEqual(["/proc", "/srv/my disk\\x"]);
});

test("once a release is installed, a real folder at a mapped path is somebody else's", async () => {
  const installer = installerOf(dir.path);
  const asked = await staging(dir.path, "1.0.0");
  await installer.commit(await switchedTo(installer, asked), asked.update);
  await rm(dir.join("www/web"));
  await mkdir(dir.join("www/web"));
  const staged = installer.stage(await staging(dir.path, "1.1.0"), report, signal);
  await expect(staged).rejects.toMatchObject({ code: "not_writable", fields: { path: dir.join("www/web") } });
});

test("when a path is taken at the last moment, what was moved is put back and nothing is left of the attempt", async () => {
  const installer = installerOf(dir.path);
  const move = await installer.stage(await staging(dir.path, "1.0.0"), report, signal);
  const before = await onDisk(dir.join("www"));
  const adopting = installer.adopt(move, report, async (work) => {
    await rename(dir.join("bin/api"), dir.join("bin/api-2"));
    await symlink("api-2", dir.join("bin/api"));
    await work();
  });
  await expect(adopting).rejects.toMatchObject({ code: "not_writable", fields: { path: dir.join("bin/api") } });
  await installer.discard(updateTo("1.0.0"), move);
  // Links were written out on the way; they lead where they led.
  const after = await onDisk(dir.join("www"));
  expect(after).toEqual({ ...before, "web/outside": "-> HOME/neighbour/photo" });
  expect(await readdir(dir.join("home"))).toEqual(["releases"]);
  expect(await readdir(dir.join("home/releases"))).toEqual([]);
  expect(await installer.current()).toBeNull();
});

test("a whole folder is put back with its own manifest.json and permissions when its tree can't be described", async () => {
  await writeFile(dir.join("www/manifest.json"), "of the web app");
  await chmod(dir.join("www"), 0o777);
  const installer = installerOf(dir.path, { map: { "./": dir.join("www") }, keep: [] });
  const move = await installer.stage(await staging(dir.path, "1.0.0"), report, signal);
  const before = await onDisk(dir.path);
  const adopting = installer.adopt(move, report, async (work) => {
    // Longer than any manifest may say: a release can't hold it.
    await rm(dir.join("www/web/app.js"));
    await symlink("x".repeat(2000), dir.join("www/web/app.js"));
    await work();
  });
  await expect(adopting).rejects.toMatchObject({ name: "UpdateError" });
  await rm(dir.join("www/web/app.js"));
  await writeFile(dir.join("www/web/app.js"), "app 0.9");
  const after = await onDisk(dir.path);
  expect(after["www/manifest.json"]).toBe(before["www/manifest.json"]);
  expect(after.www).toBe("777 folder");
  expect(Object.keys(after)).toEqual(Object.keys(before));
});

test("when the services can't be stopped, nothing is moved", async () => {
  const installer = installerOf(dir.path);
  const move = await installer.stage(await staging(dir.path, "1.0.0"), report, signal);
  const before = await onDisk(dir.join("www"));
  const adopting = installer.adopt(move, report, () => Promise.reject(new Error("it did not stop")));
  await expect(adopting).rejects.toMatchObject({ code: "backup_failed", fields: { detail: "it did not stop" } });
  await installer.discard(updateTo("1.0.0"), move);
  expect(await onDisk(dir.join("www"))).toEqual(before);
  expect(await readdir(dir.join("home/releases"))).toEqual([]);
});

test.each([
  ["can't be read", () => "{", ".damaged"],
  [
    "speaks of a path that isn't mapped",
    () => JSON.stringify({ ...JOURNAL, paths: [{ from: "web", at: "/etc", across: false }] }),
    "",
  ],
  ["names a tree elsewhere", () => JSON.stringify({ ...JOURNAL, tree: "../../etc" }), ".damaged"],
  ["names a manifest elsewhere", () => JSON.stringify({ ...JOURNAL, ownManifest: "../../../etc/passwd" }), ".damaged"],
])("a journal that %s moves nothing, and what was half moved stays for its owner", async (_what, text, suffix) => {
  const installer = installerOf(dir.path);
  const move = await installer.stage(await staging(dir.path, "1.0.0"), report, signal);
  await writeFile(dir.join("home/adoption.json"), text());
  await mkdir(dir.join("home/releases/.adopting"));
  await writeFile(dir.join("home/releases/.adopting/precious"), "somebody's");
  const before = await onDisk(dir.join("www"));
  const damaged = { code: "state_damaged", fields: { path: dir.join(`home/adoption.json${suffix}`) } };
  await expect(installer.adopt(move, report, (work) => work())).rejects.toMatchObject(damaged);
  await expect(installer.stage(await staging(dir.path, "1.1.0"), report, signal)).rejects.toMatchObject(damaged);
  await installer.discard(updateTo("1.0.0"), move);
  expect(await installer.current()).toBeNull();
  expect(await onDisk(dir.join("www"))).toEqual(before);
  expect(await readFile(dir.join(`home/adoption.json${suffix}`), "utf8")).toBe(text());
  expect(await readFile(dir.join("home/releases/.adopting/precious"), "utf8")).toBe("somebody's");
});

const JOURNAL = { tree: "0.9.0", version: "0.9.0", lists: [], root: null, ownManifest: null, paths: [] };
