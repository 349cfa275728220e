import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { TempDir } from "@pawl/testkit";
import { generateKeyPair } from "@pawl/trust";
import { afterEach, beforeEach, expect, test } from "vitest";
import { folderWithZstd } from "../installers/bundle/zstd-fixture.ts";
import { type PackOptions, packRelease } from "./pack.ts";
import { readRequires } from "./requires.ts";
import { verifyRelease } from "./verify.ts";
import { type BundleFormat, writeBundle } from "./write-bundle.ts";

const key = generateKeyPair();
const PATH = process.env.PATH ?? "";

let temp: TempDir;
let options: PackOptions;
beforeEach(async () => {
  temp = await TempDir.create();
  await mkdir(temp.join("app"));
  await writeFile(temp.join("app/a"), "a".repeat(10_000));
  options = { dir: temp.join("app"), outDir: temp.join("out"), name: "app", version: "1.0.0" };
});
afterEach(async () => {
  process.env.PATH = PATH;
  await temp[Symbol.asyncDispose]();
});

async function manifestText(folder: string): Promise<string> {
  return readFile(join(folder, "manifest.json"), "utf8");
}

test("a manifest says what it needs and what is to be done, in the order people read", async () => {
  const { folder, manifest } = await packRelease({
    ...options,
    publishedAt: "2026-03-01T12:00:00Z",
    changelog: "https://git.example.org/r",
    minFrom: "0.9.0",
    requires: readRequires(["node=>=18.19", "arch=arm64,arm", "memory_mb=512"]),
    postInstall: [{ daemon_reload: true }, { restart: "pikit-api" }],
    config: ["a"],
  });
  expect(manifest).toMatchObject({
    min_from: "0.9.0",
    requires: { node: ">=18.19", arch: ["arm64", "arm"], memory_mb: 512 },
    post_install: [{ daemon_reload: true }, { restart: "pikit-api" }],
  });
  expect(Object.keys(JSON.parse(await manifestText(folder)))).toEqual([
    "manifest_version",
    "name",
    "version",
    "published_at",
    "changelog",
    "min_from",
    "requires",
    "post_install",
    "bundle",
    "config",
    "files",
  ] satisfies (keyof Manifest)[]);
});

test.each<[BundleFormat, string]>([
  ["tar.gz", "1f8b"],
  ["tar.zst", "28b52ffd"],
  ["tar", Buffer.from("a\0").toString("hex")],
])("packs a %s that a device takes, the same bytes each time", async (format, magic) => {
  const bundles: Buffer[] = [];
  for (const outDir of [temp.join("one"), temp.join("two")]) {
    const { folder, manifest } = await packRelease({ ...options, outDir, format });
    expect(manifest.bundle?.name).toBe(`app-1.0.0.${format}`);
    expect(await verifyRelease(folder, [])).toMatchObject({ version: "1.0.0", bytes: 10_000 });
    bundles.push(await readFile(join(folder, `app-1.0.0.${format}`)));
  }
  expect(bundles[0]?.toString("hex").startsWith(magic)).toBe(true);
  expect(bundles[0]?.equals(bundles[1] ?? Buffer.alloc(0))).toBe(true);
});

test("refuses a version that is there already, signed or not, and leaves it as it is", async () => {
  const { folder } = await packRelease(options, key.privateKeyPem);
  const before = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "base64")));
  await writeFile(temp.join("app/a"), "b");
  await expect(packRelease(options)).rejects.toMatchObject({
    code: "bad_request",
    message: expect.stringMatching(/1\.0\.0 already.*--replace/),
  });
  const after = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), "base64")));
  expect(after).toEqual(before);
});

test("a release that is replaced on purpose keeps neither the old signature nor the old bundle", async () => {
  await packRelease(options, key.privateKeyPem);
  await writeFile(temp.join("app/a"), "b");
  const { folder, signedBy } = await packRelease({ ...options, format: "tar", replace: true });
  expect(signedBy).toBeNull();
  expect((await readdir(folder)).sort()).toEqual(["app-1.0.0.tar", "manifest.json", "release.json"]);
  expect(await verifyRelease(folder, [])).toMatchObject({ bytes: 1 });
});

test.each(["nightly", "release-candidate", "x1.2"])(
  "refuses %s, by which no device could tell what is newer",
  async (version) => {
    await expect(packRelease({ ...options, version })).rejects.toMatchObject({
      code: "bad_version",
      message: expect.stringMatching(/--any-version/),
    });
    expect(await readdir(temp.path)).toEqual(["app"]);
    expect((await packRelease({ ...options, version, anyVersion: true })).manifest.version).toBe(version);
  },
);

test.each(["1.4.0", "v1.4.0", "1.4.0-beta.1", "2025.10.1", "1.4.0rc1", "1.0.6.dev191", "1.4.0~rc1-2"])(
  "takes %s for a version",
  async (version) => {
    expect((await packRelease({ ...options, version })).manifest.version).toBe(version);
  },
);

test.each<[string, Partial<PackOptions>, RegExp]>([
  ["a step no device knows", { postInstall: [{ reboot: true }] }, /post_install\[0\]/],
  ["steps that are no list", { postInstall: { restart: "a" } }, /post_install/],
  ["an oldest version that is none", { minFrom: "1/2" }, /min_from/],
])("refuses %s, and writes nothing", async (_, change, says) => {
  const message = expect.stringMatching(says);
  await expect(packRelease({ ...options, ...change })).rejects.toMatchObject({ code: "bad_manifest", message });
  expect(await readdir(temp.path)).toEqual(["app"]);
});

test.each<[string, string[], RegExp]>([
  ["no value", ["node"], /isn't key=value/],
  ["an empty value", ["node="], /isn't key=value/],
  ["an unknown key", ["ram=512"], /ram isn't.*pawl, os, arch/],
  ["a key twice", ["arch=arm", "arch=arm64"], /arch is given twice.*arch=one,other/],
  ["memory that is no number", ["memory_mb=lots"], /memory_mb can't be/],
  ["an empty list", ["arch=,"], /arch can't be/],
])("--requires with %s is refused in words", (_, pairs, says) => {
  expect(() => readRequires(pairs)).toThrow(says);
});

test("where Node can't write zstd the program does, and without it one is told", async () => {
  const bundle = {
    dir: temp.join("app"),
    entries: [{ path: "a", kind: "file" }] as const,
    path: temp.join("bundle"),
    format: "tar.zst",
    mtime: new Date(0),
    zstd: "program",
  } as const;
  process.env.PATH = await folderWithZstd(temp.path);
  expect(await writeBundle(bundle)).toMatchObject({ unpackedSize: 10_000 });
  expect((await readFile(temp.join("bundle"))).toString("hex")).toMatch(/^28b52ffd/);
  process.env.PATH = temp.path;
  await expect(writeBundle(bundle)).rejects.toMatchObject({
    code: "requires_unmet",
    message: expect.stringMatching(/--format tar\.gz/),
  });
  expect(await readdir(temp.path)).not.toContain("bundle.tmp");
});
