import { execFileSync } from "node:child_process";
import { chmod, mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLayered } from "./layers.ts";
import { openPlace, type TestPlace } from "./testing/open-place.ts";

let dir: TempDir;
let place: TestPlace;
beforeAll(async () => {
  dir = await TempDir.create("pawl-layers-");
  for (const layer of ["upper", "lower"]) await mkdir(dir.join(layer, "both"), { recursive: true });
  await mkdir(dir.join("lower/only"));
  await writeFile(dir.join("lower/only/file"), "lower");
  await writeFile(dir.join("lower/both/file"), "lower");
  await writeFile(dir.join("lower/both/hidden"), "lower");
  await writeFile(dir.join("upper/both/file"), "upper");
  await writeFile(dir.join("lower/linked"), "lower");
  await symlink("/etc/passwd", dir.join("upper/linked"));
  await symlink("/etc", dir.join("upper/etc"));
  await symlink(dir.join("lower"), dir.join("lower/around"));
  await mkdir(dir.join("upper/folder"));
  execFileSync("mkfifo", [dir.join("upper/pipe")]);
  place = await openPlace({ mode: "bubblewrap" });
});
afterAll(async () => {
  await place[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

test.each([
  ["a file of the upper layer", "both/file", "upper"],
  ["one below a folder that only the lower layer has", "only/file", "lower"],
  ["one that an upper folder may hide", "both/hidden", "unclear"],
  ["nothing", "nothing/at/all", null],
  ["a file in place of a folder", "only/file/inner", null],
  ["a link over a file", "linked", null],
  ["a file behind a link", "etc/passwd", null],
  ["a file behind a link of the lower layer", "around/only/file", null],
  ["a folder", "folder", null],
  ["a pipe, which isn't waited for", "pipe", null],
])("without a mount is read: %s", async (_, path, expected) => {
  const found = await readLayered([dir.join("upper"), dir.join("lower")], path, 100);
  expect(Buffer.isBuffer(found) ? found.toString() : found).toBe(expected);
});

test("a file that is too long is refused before it is read", async () => {
  await expect(readLayered([dir.join("upper")], "both/file", 4)).rejects.toMatchObject({ code: "build_failed" });
  expect((await readLayered([dir.join("upper")], "both/file", 5))?.toString()).toBe("upper");
});

test("what a build has removed, replaced, moved or given other modes is read as its commands see it", async () => {
  await mkdir(`${place.tree}/a`, { recursive: true });
  for (const name of ["a/one", "a/two", "a/three", "gone"]) await writeFile(`${place.tree}/${name}`, name);
  await chmod(`${place.tree}/a`, 0o777);
  await chmod(place.tree, 0o777);
  await using build = await place.open();
  const script =
    "rm gone a/two; chmod 700 a/three; cp -r a b; rm -r a; mkdir a; echo new > a/new; echo x > b/one; mv b c || true";
  expect(await build.sh(`chmod -R u+rwX a; ${script}`)).toMatchObject({ code: 0 });
  const read = async (path: string) => (await build.sandbox.read(path, 100))?.toString() ?? null;
  expect(await read("gone")).toBeNull();
  for (const path of ["a/one", "a/two", "a/three", "b/one"]) expect(await read(path), path).toBeNull();
  expect(await read("a/new")).toBe("new\n");
  expect(await read("c/one")).toBe("x\n");
  expect(await read("c/three")).toBe("a/three");
  expect(await read("files/one")).toBe("one\n");
});

test("a file that is laid in before the first command leaves the tree's folders as they are", async () => {
  await chmod(`${place.tree}/files`, 0o750);
  await using build = await place.open();
  await build.sandbox.write("files/deep/two", "two", 0o640);
  const { lines } = await build.sh(
    "ls files; stat -c '%a %U' files files/deep files/deep/two; : > files/three && echo ok",
  );
  const user = lines[2]?.split(" ")[1];
  expect(lines).toEqual(["deep", "one", `750 ${user}`, `755 ${user}`, `640 ${user}`, "ok"]);
  expect((await stat(`${place.tree}/files`)).mode & 0o777).toBe(0o750);
  await expect(build.sandbox.write("Makefile/x", "x")).rejects.toMatchObject({ code: "build_failed" });
  await using other = await place.open();
  await symlink("/etc", `${place.tree}/elsewhere`);
  await expect(other.sandbox.write("elsewhere/x", "x")).rejects.toMatchObject({ code: "build_failed" });
  await expect(other.sandbox.write("files", "x")).rejects.toMatchObject({ code: "build_failed" });
  await expect(other.sandbox.write("Makefile/x", "x")).rejects.toMatchObject({ code: "build_failed" });
});
