import { execFile, execFileSync, spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  access,
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import type { Manifest } from "@pawl/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { END, type FixtureEntry, listedFile, manifestOf, paxEntry, tarEntry, tarOf } from "./tar-fixture.ts";
import { type Unpacking, unpackBundle } from "./unpack.ts";

const DATA: FixtureEntry = { name: "app/data.txt", body: "data" };
const LISTED: Manifest["files"] = [listedFile("app/data.txt", "data")];
const MANIFEST_BYTES = Buffer.from('{"version": "1.0.0",  "x-spaces": "kept"}\n');

let folder: string;
let into: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pawl-unpack-"));
  into = join(folder, "staging");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes the bundle and unpacks it. */
async function unpack(bundle: Buffer, files: Manifest["files"], more: Partial<Unpacking> = {}): Promise<void> {
  const bundlePath = join(folder, "bundle");
  await writeFile(bundlePath, bundle);
  const { signal } = new AbortController();
  const manifest = manifestOf(bundle, files, { unpacked: 64 * 1024 ** 2 });
  await unpackBundle({ bundlePath, manifest, manifestBytes: MANIFEST_BYTES, into, signal, ...more });
}

/** Everything in a tree: path → permissions and content or target. */
async function contents(root: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    const at = join(root, path);
    const stat = await lstat(at);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) found[path] = `-> ${await readlink(at)}`;
    else if (stat.isDirectory()) found[path] = `${mode} folder`;
    else
      found[path] = `${mode} ${createHash("sha256")
        .update(await readFile(at))
        .digest("hex")}`;
  }
  return found;
}

test.each([
  ["tar.gz", "--format=gnu", "-cz"],
  ["tar.gz with pax records", "--format=pax", "-cz"],
  ["tar", "--format=ustar", "-c"],
])("unpacks a %s to the same tree as tar does", async (_name, format, create) => {
  const source = join(folder, "source");
  const deep = `app/${"folder-with-a-name/".repeat(6)}${"n".repeat(90)}.txt`;
  const texts = { "app/run.sh": "#!/bin/sh\n", "app/empty": "", "app/ünïcode name.txt": "ü", [deep]: "deep" };
  const files: Manifest["files"] = [];
  for (const [path, text] of Object.entries({ ...texts, "app/big.bin": randomBytes(3_000_000) })) {
    await mkdir(join(source, path, ".."), { recursive: true });
    await writeFile(join(source, path), text, { mode: 0o644 });
    files.push(listedFile(path, text));
  }
  await chmod(join(source, "app/run.sh"), 0o755);
  await symlink("../app/run.sh", join(source, "app/start"));
  files.push({ path: "app/start", link: "../app/run.sh" });
  await writeFile(join(source, "manifest.json"), MANIFEST_BYTES);
  execFileSync("tar", [format, create, "-f", join(folder, "bundle"), "-C", source, "."]);

  await unpack(await readFile(join(folder, "bundle")), files);
  const expected = join(folder, "expected");
  await mkdir(expected);
  execFileSync("tar", ["-xf", join(folder, "bundle"), "-C", expected]);
  expect(await contents(into)).toEqual(await contents(expected));
  expect((await lstat(into)).mode & 0o7777).toBe(0o755);
});

test("writes the trusted manifest, not the one in the archive", async () => {
  await unpack(gzipSync(tarOf({ name: "./manifest.json", body: '{"version": "6.6.6"}' }, DATA)), LISTED);
  expect(await readFile(join(into, "manifest.json"))).toEqual(MANIFEST_BYTES);
});

test("§6 files: gives files the listed mode, else 0755 or 0644 by the archive's user-exec bit, whatever the umask", async () => {
  const names: [string, number, string?][] = [
    ["listed", 0o644, "0750"],
    ["setuid", 0o4755, "4755"],
    ["setuid-by-manifest", 0o755, "4711"],
    ["program", 0o700],
    ["group-exec-only", 0o674],
    ["open-to-all", 0o666],
  ];
  const umask = process.umask(0o077);
  try {
    await unpack(
      gzipSync(tarOf(...names.map(([name, mode]) => ({ name: `bin/${name}`, mode, body: "x" })))),
      names.map(([name, , mode]) => listedFile(`bin/${name}`, "x", mode)),
    );
  } finally {
    process.umask(umask);
  }
  const modes = Object.entries(await contents(into)).map(([path, text]) => [path, text.split(" ")[0]]);
  expect(Object.fromEntries(modes)).toEqual({
    bin: "755",
    "bin/listed": "750",
    "bin/setuid": "4755",
    "bin/setuid-by-manifest": "4711",
    "bin/program": "755",
    "bin/group-exec-only": "644",
    "bin/open-to-all": "644",
    "manifest.json": "644",
  });
});

test.each<[string, Buffer]>([
  [
    "long names in GNU records",
    tarOf(tarEntry({ name: "././@LongLink", type: "L", body: "app/data.txt\0" }), { ...DATA, name: "cut" }),
  ],
  ["long names in pax records", tarOf(paxEntry({ path: "app/data.txt", mtime: "1.5" }), { ...DATA, name: "cut" })],
  ["a global comment, as git archive writes", tarOf(paxEntry({ comment: "0123456789abcdef" }, "g"), DATA)],
  ["a type of old tars", tarOf({ ...DATA, type: "\0" })],
  ["a record's worth of zeros at the end", Buffer.concat([tarOf(DATA), Buffer.alloc(10 * 512)])],
])("reads a tar with %s", async (_name, tar) => {
  await unpack(tar, LISTED);
  expect(await readFile(join(into, "app/data.txt"), "utf8")).toBe("data");
});

test("reads a bundle that was compressed in several gzip streams", async () => {
  await unpack(Buffer.concat([gzipSync(tarEntry(DATA)), gzipSync(END)]), LISTED);
  expect(await readFile(join(into, "app/data.txt"), "utf8")).toBe("data");
});

test("§6 manifest inside: unpacks a bundle whose manifest says nothing about it, which is inside", async () => {
  const bundle = gzipSync(tarOf({ name: "manifest.json", body: "{}" }, DATA));
  await unpack(bundle, [], { manifest: { ...manifestOf(bundle, LISTED), bundle: undefined } });
  expect(Object.keys(await contents(into))).toEqual(["app", "app/data.txt", "manifest.json"]);
});

test("§6 files: makes links that lead to each other and to files that come later", async () => {
  const links = { "a/b/up": "../..", "a/to-link": "b/up", "a/later": "../z/file", self: "self" };
  const entries = Object.entries(links).map(([name, link]) => ({ name, type: "2", link, mode: 0o777 }));
  const files = Object.entries(links).map(([path, link]) => ({ path, link }));
  await unpack(gzipSync(tarOf(...entries, { name: "z/file", body: "x" })), [...files, listedFile("z/file", "x")]);
  for (const [path, link] of Object.entries(links)) expect(await readlink(join(into, path))).toBe(link);
});

test("notices a bundle that was changed after its verification, even when every file is the same", async () => {
  const verified = tarOf(DATA);
  const changed = tarOf({ ...DATA, mode: 0o600 });
  const unpacking = unpack(changed, [], { manifest: manifestOf(verified, LISTED) });
  await expect(unpacking).rejects.toMatchObject({ code: "hash_mismatch", fields: { path: "release-1.0.0.tar.gz" } });
});

test("refuses a folder that is already there", async () => {
  await mkdir(into);
  await expect(unpack(gzipSync(tarOf(DATA)), LISTED)).rejects.toMatchObject({
    code: "unpack_failed",
    fields: { path: into },
  });
  expect(await readdir(into)).toEqual([]);
});

test("says so when the bundle can't be read", async () => {
  const bundlePath = join(folder, "missing");
  await expect(unpack(gzipSync(tarOf(DATA)), LISTED, { bundlePath })).rejects.toMatchObject({ code: "unpack_failed" });
});

test("reports progress that never falls and ends at the whole", async () => {
  const content = randomBytes(2_000_000);
  const bundle = gzipSync(tarOf({ name: "big", body: content }));
  const seen: [number, number][] = [];
  await unpack(bundle, [listedFile("big", content)], { onProgress: (done, total) => seen.push([done, total]) });
  expect(seen.length).toBeGreaterThan(10);
  expect(seen.map(([done]) => done)).toEqual(seen.map(([done]) => done).sort((a, b) => a - b));
  expect(seen.at(-1)).toEqual([bundle.length, bundle.length]);
  expect(new Set(seen.map(([, total]) => total))).toEqual(new Set([bundle.length]));
});

test("stops with the signal's reason, and writes nothing more", async () => {
  const content = randomBytes(8_000_000);
  const stop = new AbortController();
  const reason = new Error("stopped by its owner");
  const onProgress = (done: number) => done > 2_000_000 && stop.abort(reason);
  const unpacking = unpack(gzipSync(tarOf({ name: "big", body: content })), [listedFile("big", content)], {
    signal: stop.signal,
    onProgress,
  });
  await expect(unpacking).rejects.toBe(reason);
  const { size } = await lstat(join(into, "big"));
  expect(size).toBeLessThan(8_000_000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await lstat(join(into, "big"))).size).toBe(size);
  await expect(access(join(into, "manifest.json"))).rejects.toThrow();
});

test("does nothing when it is stopped before it begins", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  await expect(unpack(gzipSync(tarOf(DATA)), LISTED, { signal })).rejects.toThrow("too late");
  await expect(access(into)).rejects.toThrow();
});

test("needs little memory for a large file", async () => {
  const size = 200 * 1024 ** 2;
  const source = join(folder, "source");
  await mkdir(source);
  execFileSync("truncate", ["-s", `${size}`, join(source, "zeros")]);
  execFileSync("tar", ["--format=ustar", "-cf", join(folder, "bundle"), "-C", source, "zeros"]);
  const [sha256, bundleSha256] = await Promise.all([hashOf(join(source, "zeros")), hashOf(join(folder, "bundle"))]);
  const bundle = { name: "b.tar", size: size + 10_240, sha256: bundleSha256, unpacked_size: size };
  const grownKib = await inOwnProcess({ version: "1.0.0", bundle, files: [{ path: "zeros", sha256 }] });
  expect((await lstat(join(into, "zeros"))).size).toBe(size);
  expect(Number(grownKib)).toBeLessThan(100 * 1024);
});

const mayMount = spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;
test.skipIf(!mayMount)("says so when the disk is full", async () => {
  const content = randomBytes(2_000_000);
  const bundle = tarOf({ name: "big", body: content });
  await writeFile(join(folder, "bundle"), bundle);
  const small = join(folder, "small");
  await mkdir(small);
  into = join(small, "staging");
  const mounted = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@"', small];
  const manifest = manifestOf(bundle, [listedFile("big", content)], { unpacked: content.length });
  expect(await inOwnProcess(manifest, mounted)).toBe(
    `disk_full: The disk is full: ${small} ran out of room while ${manifest.version} was unpacked.`,
  );
});

/** Unpacks in a process of its own; gives the KiB its memory grew by at most, or the failure. */
async function inOwnProcess(manifest: object, before: string[] = []): Promise<string> {
  const script = `
    import { unpackBundle } from ${JSON.stringify(import.meta.resolve("./unpack.ts"))};
    const before = process.resourceUsage().maxRSS;
    const [bundlePath, into, manifest] = process.argv.slice(1);
    const { signal } = new AbortController();
    await unpackBundle({ bundlePath, into, manifest: JSON.parse(manifest), manifestBytes: Buffer.from(manifest), signal }).then(
      () => console.log(process.resourceUsage().maxRSS - before),
      (error) => console.log([error.code, error.message].join(": ")),
    );`;
  const bundlePath = join(folder, "bundle");
  const [program = "", ...args] = [...before, process.execPath, "--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(program, [...args, bundlePath, into, JSON.stringify(manifest)]);
  return stdout.trim();
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
