import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { TempDir } from "../temp-dir.ts";
import { buildMirror, generateMirror } from "./generate.ts";
import { MirrorServer } from "./mirror-server.ts";
import { scaleMirror } from "./scale.ts";
import { get } from "./testing/get.ts";
import { packagesOf, readAdb } from "./testing/read-adb.ts";
import { MemoryTree } from "./tree.ts";

function fingerprint(tree: MemoryTree): string {
  const hash = createHash("sha256");
  for (const [path, { bytes, time }] of tree.files) hash.update(`${path} ${time} ${bytes.length}\n`).update(bytes);
  return hash.digest("hex");
}

test("the same bytes each time, in memory and on disk, whole even when two make it at once", async () => {
  const [first, second] = [new MemoryTree(), new MemoryTree()];
  buildMirror(first);
  buildMirror(second);
  expect(fingerprint(second)).toBe(fingerprint(first));

  await using temp = await TempDir.create();
  const dir = temp.join("mirror");
  await Promise.all([generateMirror(dir), generateMirror(dir)]);
  expect(await readdir(temp.path)).toEqual(["mirror"]);
  const { mtimeMs } = await stat(join(dir, ".miniature"));
  await generateMirror(dir);
  expect((await stat(join(dir, ".miniature"))).mtimeMs).toBe(mtimeMs);
  await using mirror = await MirrorServer.start({ dir });
  const sample = [...first.files].filter((_, at) => at % 97 === 0);
  for (const [path, { bytes, time }] of sample) {
    const got = await get(mirror, path);
    expect([path, got.body.equals(bytes), Date.parse(got.headers["last-modified"] ?? "")]).toEqual([
      path,
      true,
      time * 1000,
    ]);
  }
});

test("what somebody left half-made is made anew", async () => {
  await using temp = await TempDir.create();
  const dir = temp.join("mirror");
  scaleMirror(dir, { versions: 1, targets: 1, feeds: 1, packagesPerFeed: 1 });
  await generateMirror(dir);
  expect(JSON.parse(await readFile(join(dir, ".versions.json"), "utf8"))).toMatchObject({ stable_version: "25.12.1" });
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
