import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TempDir } from "../temp-dir.ts";
import { buildMirror, generateMirror, sharedMirror } from "./generate.ts";
import { MirrorServer } from "./mirror-server.ts";
import { PACKED } from "./pack.ts";
import { scaleMirror } from "./scale.ts";
import { ServedTree } from "./served-tree.ts";
import { get } from "./testing/get.ts";
import { packagesOf, readAdb } from "./testing/read-adb.ts";
import { MemoryTree } from "./tree.ts";

/** Another process that generates into a folder. */
async function generateElsewhere(dir: string): Promise<void> {
  const source = `(await import(${JSON.stringify(join(import.meta.dirname, "generate.ts"))})).generateMirror(${JSON.stringify(dir)})`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", source], { stdio: "inherit" });
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
}

test("the same bytes each time: those of the shared tree and those made just now", async () => {
  const made = new MemoryTree();
  buildMirror(made);
  const shared = new ServedTree(await sharedMirror());
  const different: string[] = [];
  // Every index and sum, which say all of the packages; of these a few, because opening files takes time.
  const compared = [...made.files].filter(([path], at) => !PACKED.test(path) || at % 50 === 0);
  for (const [path, { bytes, time }] of compared) {
    const file = await shared.find(path);
    if (file?.time !== time || !(await file.read()).equals(bytes)) different.push(path);
  }
  expect(different).toEqual([]);
  expect(made.files.size).toBeGreaterThan(8000);
});

test("what was left half-made is made anew by several processes at once, and then left as it is", async () => {
  await using temp = await TempDir.create();
  const dir = temp.join("mirror");
  scaleMirror(dir, { versions: 1, targets: 1, feeds: 1, packagesPerFeed: 1 });
  await Promise.all([generateElsewhere(dir), generateElsewhere(dir)]);
  expect(await readdir(temp.path)).toEqual(["mirror"]);
  expect(JSON.parse(await readFile(join(dir, ".versions.json"), "utf8"))).toMatchObject({ stable_version: "25.12.1" });
  const { mtimeMs } = await stat(join(dir, ".miniature"));
  await generateMirror(dir);
  expect((await stat(join(dir, ".miniature"))).mtimeMs).toBe(mtimeMs);
});

test("a mirror of any size has as many packages as asked for, in both generations", async () => {
  await using temp = await TempDir.create();
  const versions = scaleMirror(temp.join("big"), { versions: 2, targets: 3, feeds: 2, packagesPerFeed: 50 });
  await using mirror = await MirrorServer.start({ dir: temp.join("big"), asIs: true });
  expect((await get(mirror, ".versions.json")).json().versions_list).toEqual([...versions].sort().reverse());
  let rows = 0;
  for (const architecture of ["scale_arch0", "scale_arch1", "scale_arch2"]) {
    for (const feed of ["base", "luci"]) {
      const folder = (version: string) => `releases/${version}/packages/${architecture}/${feed}`;
      const opkg = (await get(mirror, `${folder("24.10.0")}/Packages`)).text();
      expect(opkg).toContain(`\nArchitecture: ${architecture}\n`);
      const apk = packagesOf(readAdb((await get(mirror, `${folder("25.12.0")}/packages.adb`)).body));
      expect(apk.every(({ arch }) => arch === architecture)).toBe(true);
      rows += opkg.split("\n\n").length - 1 + apk.length;
    }
  }
  expect(rows).toBe(2 * 3 * 2 * 50);
  const targets = (await get(mirror, "releases/25.12.0/.targets.json")).json();
  expect(Object.keys(targets)).toHaveLength(3);
  expect((await get(mirror, "releases/25.12.0/targets/scale/t0/profiles.json")).json()).toMatchObject({
    arch_packages: "scale_arch0",
  });
});
