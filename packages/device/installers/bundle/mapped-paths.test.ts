import { lstat, mkdir, readdir, readlink, symlink, writeFile } from "node:fs/promises";
import { Manifest } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { layoutOf } from "./layout.ts";
import { checkMappedPaths, linkMappedPaths, mappedPaths, unlinkMappedPaths } from "./mapped-paths.ts";

const MANIFEST = Manifest.parse({
  version: "1.0.0",
  files: [
    { path: "web/index.html", sha256: "0".repeat(64) },
    { path: "api.py", sha256: "0".repeat(64) },
  ],
});
const NOTHING_KEPT = () => false;

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
});
afterEach(() => dir[Symbol.asyncDispose]());

/** `map:` with places on the device below the test's folder. */
function mapped(map: Record<string, string>) {
  const placed = Object.entries(map).map(([from, at]) => [from, `${dir.path}/${at}`]);
  return mappedPaths(layoutOf(dir.join("home")), Object.fromEntries(placed));
}

test.each([
  ["web/", "www/web/", "home/current/web", "www/web"],
  ["./web", "www//web", "home/current/web", "www/web"],
  ["api.py", "bin/api", "home/current/api.py", "bin/api"],
  [".", "www", "home/current", "www"],
  ["./", "www/", "home/current", "www"],
])("%s at %s is a link to %s at %s", async (from, at, target, place) => {
  const paths = mapped({ [from]: at });
  await checkMappedPaths(paths, MANIFEST, NOTHING_KEPT);
  await linkMappedPaths(paths);
  expect(await readlink(dir.join(place))).toBe(dir.join(target));
  expect(await readdir(dir.join(place, ".."))).toEqual(place === "www" ? ["www"] : [place.split("/")[1]]);
});

test("§4 map: links made twice are made once, and are taken away again", async () => {
  const paths = mapped({ web: "www/web", "api.py": "bin/api" });
  await linkMappedPaths(paths);
  const { ino } = await lstat(dir.join("www/web"));
  await linkMappedPaths(paths);
  expect((await lstat(dir.join("www/web"))).ino).toBe(ino);
  await unlinkMappedPaths(paths);
  await unlinkMappedPaths(paths);
  expect(await readdir(dir.join("www"))).toEqual([]);
});

test("a link that leads to the same place in other words is ours", async () => {
  await mkdir(dir.join("www"));
  await symlink("../home/current/web/", dir.join("www/web"));
  await checkMappedPaths(mapped({ web: "www/web" }), MANIFEST, NOTHING_KEPT);
});

test.each([
  ["a folder", (at: string) => mkdir(at)],
  ["a file", (at: string) => writeFile(at, "theirs")],
  ["a link to elsewhere", (at: string) => symlink("/srv/elsewhere", at)],
  ["a dangling link", (at: string) => symlink("nowhere", at)],
])("refuses a path that is taken by %s, and makes none of the others", async (_what, take) => {
  const paths = mapped({ "api.py": "bin-api", web: "web" });
  await take(dir.join("web"));
  const refused = { code: "not_writable", fields: { path: dir.join("web") } };
  await expect(checkMappedPaths(paths, MANIFEST, NOTHING_KEPT)).rejects.toMatchObject(refused);
  await expect(linkMappedPaths(paths)).rejects.toMatchObject(refused);
  expect(await readdir(dir.path)).toEqual(["web"]);
  await unlinkMappedPaths(paths);
  expect(await readdir(dir.path)).toEqual(["web"]);
});

test("refuses a path that the release doesn't contain, unless it is the owner's", async () => {
  const paths = mapped({ data: "data" });
  await expect(checkMappedPaths(paths, MANIFEST, NOTHING_KEPT)).rejects.toMatchObject({ code: "bad_manifest" });
  await checkMappedPaths(paths, MANIFEST, (path) => path === "data");
  await expect(checkMappedPaths(mapped({ we: "web" }), MANIFEST, NOTHING_KEPT)).rejects.toMatchObject({
    code: "bad_manifest",
  });
});
