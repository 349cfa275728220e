import { chmod, lstat, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installerOf, makeByHand, released, report, signal, staging, switchedTo, updateTo } from "./adopt-fixture.ts";
import { seen, writeContents } from "./tree-fixture.ts";

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

const OWNERS = {
  "data/db": "db",
  "data/seed": "seed",
  "uploads/a/b": "uploaded",
  "empty/": "(empty)",
  outside: "photo",
  "dropped.js": "only in 0.9",
};

test("§6 adoption: what was copied there by hand becomes the first release, and what no manifest lists is the owner's from then on", async () => {
  await makeByHand(dir.path);
  const installer = installerOf(dir.path);
  const asked = await staging(dir.path, "1.0.0");
  const move = await installer.stage(asked, report, signal);
  expect(move).toMatchObject({ previous: "0.9.0", next: "1.0.0", adopts: true, kept: false });
  expect(await readFile(dir.join("www/web/index.html"), "utf8")).toBe("web 0.9");
  const first = await installer.adopt(move, report, (work) => work());
  expect(first).toBe("0.9.0");
  expect(await installer.adopt(move, report, () => Promise.reject(new Error("stopped again")))).toBe("0.9.0");

  expect(await readlink(dir.join("home/current"))).toBe("releases/0.9.0");
  expect(await readlink(dir.join("www/web"))).toBe(dir.join("home/current/web"));
  expect(await readlink(dir.join("bin/api"))).toBe(dir.join("home/current/api.py"));
  expect(await seen(dir.join("www/web"))).toMatchObject({
    "index.html": "web 0.9",
    "config.json": "edited by the owner",
  });
  const manifest = JSON.parse(await readFile(dir.join("home/current/manifest.json"), "utf8"));
  expect(manifest.version).toBe("0.9.0");
  // Neither config nor what is kept: the owner may have edited it.
  expect(manifest.files.map(({ path }: { path: string }) => path)).toEqual([
    "api.py",
    "web/app.js",
    "web/index.html",
    "web/latest",
  ]);
  expect(manifest.files[0]).toMatchObject({ mode: "0755" });
  expect(manifest.files[3]).toEqual({ path: "web/latest", link: "app.js" });
  expect(await installer.current()).toMatchObject({ version: "0.9.0", tree: "0.9.0" });
  const record = JSON.parse(await readFile(dir.join("state/installed.json"), "utf8"));
  expect(record).toMatchObject({ version: "0.9.0", channel: null, source: null, earlier: [] });
  expect(record.manifest_sha256).toBe((await installer.current())?.manifest_sha256);
  expect((await readdir(dir.join("home"))).sort()).toEqual(["current", "releases"]);
  expect((await readdir(dir.join("home/releases"))).sort()).toEqual(["0.9.0", "1.0.0"]);
});

test("the first release shows the owner's files and edited settings, with its own settings beside them", async () => {
  await makeByHand(dir.path);
  const installer = installerOf(dir.path);
  const asked = await staging(dir.path, "1.0.0");
  const move = await switchedTo(installer, asked);
  await installer.commit(move, asked.update);
  expect(await seen(dir.join("www/web"))).toEqual({
    ...OWNERS,
    "index.html": "web 1.0.0",
    "app.js": "app 1.0.0",
    latest: "app 1.0.0",
    "new.js": "new in 1.0.0",
    "config.json": "edited by the owner",
    "config.json.pawl-new": "config 1.0.0",
  });
  expect(await seen(dir.join("home/shared/web"))).toEqual({ ...OWNERS, "config.json": "edited by the owner" });
  expect(await readFile(dir.join("bin/api"), "utf8")).toBe("api 1.0.0");
  expect(await installer.backups()).toMatchObject([{ version: "0.9.0", tree: "0.9.0" }]);
});

test("a first release that is gone back from leaves what was there before, with what was written under it", async () => {
  await makeByHand(dir.path);
  const installer = installerOf(dir.path);
  const move = await switchedTo(installer, await staging(dir.path, "1.0.0"));
  await writeFile(dir.join("www/web/data/db"), "db of 1.0.0");
  expect(await installer.switchBack(move, report)).toBe(true);
  expect(await seen(dir.join("www/web"))).toEqual({
    ...OWNERS,
    "data/db": "db of 1.0.0",
    "index.html": "web 0.9",
    "app.js": "app 0.9",
    latest: "app 0.9",
    "config.json": "edited by the owner",
  });
  expect((await stat(dir.join("bin/api"))).mode & 0o777).toBe(0o755);
  await installer.verifyKept({ ...move, next: "0.9.0" }, signal);
});

test("an update that ends after the adoption leaves what was there as the release in place", async () => {
  await makeByHand(dir.path);
  const installer = installerOf(dir.path);
  const move = await installer.stage(await staging(dir.path, "1.0.0"), report, signal);
  await installer.adopt(move, report, (work) => work());
  await installer.discard(updateTo("1.0.0"), move);
  expect(await installer.current()).toMatchObject({ version: "0.9.0" });
  expect(await readdir(dir.join("home/releases"))).toEqual(["0.9.0"]);
  const again = await installer.stage(await staging(dir.path, "1.1.0"), report, signal);
  expect(again).toMatchObject({ previous: "0.9.0", next: "1.1.0" });
  expect(again).not.toHaveProperty("adopts");
});

test.each([
  ["nothing", null, "before-pawl", "before-pawl", "1.0.0"],
  ["no version that can be a name", "1.0 (mine)", "before-pawl", "before-pawl", "1.0.0"],
  ["the version that comes", "1.0.0", "1.0.0", "1.0.0", "1.0.0~2"],
  ["a version that lies there already", "0.8.0", "before-pawl", "0.8.0", "1.0.0"],
])("a device that says %s before Pawl is adopted by a free name", async (_, said, tree, version, next) => {
  await makeByHand(dir.path);
  await writeContents(dir.join("home/releases/0.8.0"), { precious: "not known to be a release" });
  const installer = installerOf(dir.path, { version: said });
  const asked = await staging(dir.path, "1.0.0");
  const move = await installer.stage(asked, report, signal);
  expect(await installer.stage(asked, report, signal)).toEqual(move);
  expect(move).toMatchObject({ previous: tree, next });
  expect(await installer.adopt(move, report, (work) => work())).toBe(version);
  expect(await installer.current()).toMatchObject({ tree, version });
});

test("a folder that is the whole release is adopted with its own manifest.json beside Pawl's", async () => {
  await makeByHand(dir.path, {
    "app/web/index.html": "web 0.9",
    "app/manifest.json": "of the web app",
    "app/mine": "mine",
  });
  await chmod(dir.join("app"), 0o777);
  const installer = installerOf(dir.path, { map: { "./": dir.join("app") }, keep: [] });
  const asked = await staging(dir.path, "1.0.0", { "web/index.html": "web 1.0.0" });
  const move = await switchedTo(installer, asked);
  expect(await seen(dir.join("app"))).toEqual({
    "web/index.html": "web 1.0.0",
    "manifest.json.pawl-old": "of the web app",
    mine: "mine",
  });
  // Whoever can write there could say what release it is.
  expect((await stat(dir.join("home/releases/0.9.0"))).mode & 0o777).toBe(0o755);
  expect(move.previous).toBe("0.9.0");
});

test("links that lead out of an adopted folder lead where they led, and those within stay as they are", async () => {
  await makeByHand(dir.path);
  await symlink("/etc/hostname", dir.join("www/web/absolute"));
  await symlink("../../../bin/api", dir.join("www/web/uploads/to-api"));
  const installer = installerOf(dir.path);
  const move = await installer.stage(await staging(dir.path, "1.0.0"), report, signal);
  await installer.adopt(move, report, (work) => work());
  const at = (path: string) => readlink(dir.join("home/current/web", path));
  expect(await at("outside")).toBe(dir.join("www/neighbour/photo"));
  expect(await at("uploads/to-api")).toBe(dir.join("bin/api"));
  expect(await at("absolute")).toBe("/etc/hostname");
  expect(await at("latest")).toBe("app.js");
});

test("a listed file that lies behind somebody's link isn't the release's, and stays where it is", async () => {
  await makeByHand(dir.path, {
    "disk/app.js": "on the other disk",
    "web/index.html": "0.9",
  });
  const installer = installerOf(dir.path, { map: { "web/": dir.join("web") }, keep: [] });
  await symlink(dir.join("disk"), dir.join("web/lib"));
  const asked = await staging(dir.path, "1.0.0", { "web/index.html": "1.0.0", "web/lib/app.js": "1.0.0" });
  const move = await switchedTo(installer, asked);
  expect(await seen(dir.join("web"))).toEqual({ "index.html": "1.0.0", "lib/app.js": "1.0.0" });
  await installer.switchBack(move, report);
  expect(await seen(dir.join("web"))).toEqual({ "index.html": "0.9", "lib/app.js": "on the other disk" });
  expect(await readdir(dir.join("disk"))).toEqual(["app.js"]);
});

test("a device with nothing at its mapped paths has nothing to adopt", async () => {
  await mkdir(dir.join("state"));
  const installer = installerOf(dir.path);
  const move = await installer.stage(await staging(dir.path, "1.0.0", released("1.0.0")), report, signal);
  expect(move).toMatchObject({ previous: null });
  expect(move).not.toHaveProperty("adopts");
  await expect(lstat(dir.join("www"))).rejects.toMatchObject({ code: "ENOENT" });
});
