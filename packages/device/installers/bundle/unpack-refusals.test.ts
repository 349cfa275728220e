import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Manifest } from "@pawl/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { END, type FixtureEntry, listedFile, manifestOf, paxEntry, tarEntry, tarOf } from "./tar-fixture.ts";
import { unpackBundle } from "./unpack.ts";

const RUN: FixtureEntry = { name: "app/run.sh", body: "#!/bin/sh\n", mode: 0o755 };
const DATA: FixtureEntry = { name: "app/data.txt", body: "data" };
const LINK: FixtureEntry = { name: "app/latest", type: "2", link: "data.txt", mode: 0o777 };
const GOOD = [RUN, DATA, LINK];
const LISTED: Manifest["files"] = [
  listedFile("app/run.sh", "#!/bin/sh\n"),
  listedFile("app/data.txt", "data"),
  { path: "app/latest", link: "data.txt" },
];

interface Hostile {
  /** What is wrong with it. */
  it: string;
  /** The bundle's bytes, or the entries of a tar.gz that is sound in itself. */
  bundle: Buffer | (FixtureEntry | Buffer)[];
  files?: Manifest["files"];
  more?: { size?: number; unpacked?: number };
  code?: string;
  /** In the sentence that people read. */
  says: string | RegExp;
}

const file = (name: string, more: Partial<FixtureEntry> = {}): FixtureEntry => ({ name, body: "x", ...more });
const listing = (path: string): Manifest["files"] => [...LISTED, listedFile(path, "x")];
const linking = (path: string, link: string): Pick<Hostile, "bundle" | "files"> => ({
  bundle: [...GOOD, { name: path, type: "2", link }],
  files: [...LISTED, { path, link }],
});
/** An entry that is named as the manifest has it, but isn't what the manifest takes it for. */
const inPlaceOfData = (entry: Partial<FixtureEntry>): Pick<Hostile, "bundle"> => ({
  bundle: [RUN, { ...DATA, ...entry }, LINK],
});

const sound = tarOf(...GOOD);
const packed = gzipSync(sound);
const HOSTILE: Hostile[] = [
  // Not exactly what the manifest lists
  { it: "a file that isn't listed", bundle: [...GOOD, file("app/extra")], says: '"app/extra"' },
  { it: "a folder that isn't listed", bundle: [...GOOD, file("empty/", { type: "5", body: "" })], says: '"empty/"' },
  {
    it: "a link that isn't listed",
    bundle: [...GOOD, { name: "app/more", type: "2", link: "run.sh" }],
    says: '"app/more"',
  },
  { it: "a missing file", bundle: [RUN, LINK], says: "app/data.txt" },
  { it: "a missing link", bundle: [RUN, DATA], says: "app/latest" },
  { it: "a file with other content", ...inPlaceOfData({ body: "DATA" }), code: "hash_mismatch", says: "app/data.txt" },
  { it: "a file with more content", ...inPlaceOfData({ body: "data\0" }), code: "hash_mismatch", says: "app/data.txt" },
  { it: "a file twice", bundle: [...GOOD, DATA], says: '"app/data.txt"' },
  {
    it: "a file twice, once with ./",
    bundle: [...GOOD, { ...DATA, name: "./app/data.txt" }],
    says: '"./app/data.txt"',
  },
  {
    it: "a folder twice",
    bundle: [file("app/", { type: "5", body: "" }), file("app", { type: "5", body: "" }), ...GOOD],
    says: '"app"',
  },
  { it: "a manifest twice", bundle: [file("manifest.json"), file("manifest.json"), ...GOOD], says: '"manifest.json"' },
  {
    it: "a manifest that is a link",
    bundle: [{ name: "manifest.json", type: "2", link: "app/data.txt" }, ...GOOD],
    says: "manifest.json",
  },
  { it: "a folder in place of a file", ...inPlaceOfData({ type: "5", body: "" }), says: '"app/data.txt"' },
  {
    it: "a link in place of a file",
    ...inPlaceOfData({ type: "2", body: "", link: "run.sh" }),
    says: '"app/data.txt"',
  },
  { it: "a file in place of a link", bundle: [RUN, DATA, file("app/latest")], says: '"app/latest"' },
  { it: "a file below a link", bundle: [...GOOD, file("app/latest/x")], says: '"app/latest/x"' },
  {
    it: "a listed name changed by a pax record",
    bundle: [RUN, paxEntry({ path: "app/other" }), DATA, LINK],
    says: '"app/other"',
  },
  {
    it: "names changed by a global pax record",
    bundle: [paxEntry({ path: "etc/passwd" }, "g"), ...GOOD],
    says: '"etc/passwd"',
  },
  // Paths
  { it: "an absolute path", bundle: [file("/etc/pawl-test"), ...GOOD], says: /"\/etc\/pawl-test".*absolute/ },
  { it: "a path that begins with ..", bundle: [file("../outside"), ...GOOD], says: /"\.\.\/outside".*leaves/ },
  { it: "a path with .. inside", bundle: [file("app/../../outside"), ...GOOD], says: "leaves" },
  { it: "a listed path by a detour", ...inPlaceOfData({ name: "app/../app/data.txt" }), says: "leaves" },
  { it: "a path with an empty part", ...inPlaceOfData({ name: "app//data.txt" }), says: "empty" },
  { it: "a path with a . part", ...inPlaceOfData({ name: "app/./data.txt" }), says: "empty or ." },
  { it: "two leading ./", ...inPlaceOfData({ name: "././app/data.txt" }), says: "empty or ." },
  { it: "an empty path", ...inPlaceOfData({ name: "" }), says: "empty" },
  { it: "a backslash", ...inPlaceOfData({ name: "app\\data.txt" }), says: "backslash" },
  {
    it: "a control character, written escaped",
    ...inPlaceOfData({ name: "app/a\n\u001b[2J" }),
    says: /"app\/a\\n\\u001b\[2J".*control/,
  },
  {
    it: "a part over 255 bytes",
    bundle: [paxEntry({ path: `app/${"ä".repeat(128)}` }), ...GOOD],
    says: "longer than 255",
  },
  {
    it: "a path over 1024 characters",
    bundle: [paxEntry({ path: `${"a/".repeat(600)}b` }), ...GOOD],
    says: "longer than 1024",
  },
  {
    it: "paths that differ by case",
    bundle: [...GOOD, file("app/DATA.txt")],
    files: listing("app/DATA.txt"),
    says: "app/DATA.txt",
  },
  {
    it: "paths that differ by unicode form",
    bundle: [],
    files: [...listing("a/\u00fc"), listedFile("a/u\u0308", "x")],
    says: "same",
  },
  { it: "a folder and a file that differ by case", bundle: [], files: listing("APP"), says: "APP" },
  { it: "folders that differ by case", bundle: [], files: listing("App/x"), says: "App" },
  { it: "a manifest that lists itself", bundle: [], files: listing("manifest.json"), says: "manifest.json" },
  { it: "a manifest that lists its shadow", bundle: [], files: listing("Manifest.JSON"), says: "Manifest.JSON" },
  // Links
  {
    it: "a link with another target",
    bundle: [RUN, DATA, { ...LINK, link: "run.sh" }],
    says: /"app\/latest".*"run\.sh"/,
  },
  { it: "a link out of the tree", ...linking("app/out", "../../etc"), says: /app\/out.*leaves/ },
  { it: "a link out of the tree from its root", ...linking("out", ".."), says: /out.*leaves/ },
  { it: "a link to an absolute path", ...linking("app/out", "/etc/passwd"), says: /app\/out.*absolute/ },
  { it: "a link that goes up behind a name", ...linking("app/out", "latest/../../x"), says: /app\/out.*leaves/ },
  { it: "a link with a control character", ...linking("app/out", "a\tb"), says: /app\/out.*control/ },
  // Types and modes
  {
    it: "a hard link",
    ...inPlaceOfData({ type: "1", body: "", link: "app/run.sh" }),
    says: /hard link.*"app\/data\.txt"/,
  },
  { it: "a character device", ...inPlaceOfData({ type: "3", body: "" }), says: /character device.*"app\/data\.txt"/ },
  { it: "a block device", ...inPlaceOfData({ type: "4", body: "" }), says: /block device.*"app\/data\.txt"/ },
  { it: "a named pipe", ...inPlaceOfData({ type: "6", body: "" }), says: /named pipe.*"app\/data\.txt"/ },
  { it: "a sparse file of GNU tar", ...inPlaceOfData({ type: "S" }), says: /unknown type "S".*"app\/data\.txt"/ },
  {
    it: "an unknown type, with the listed content",
    ...inPlaceOfData({ type: "9" }),
    says: /unknown type "9".*"app\/data\.txt"/,
  },
  { it: "a setuid file", ...inPlaceOfData({ mode: 0o4755 }), says: /"app\/data\.txt".*setuid/ },
  { it: "a setgid file", ...inPlaceOfData({ mode: 0o2755 }), says: "setgid" },
  { it: "a sticky folder", bundle: [file("app/", { type: "5", body: "", mode: 0o1777 }), ...GOOD], says: "sticky" },
  {
    it: "a file that is more than the manifest's mode",
    ...inPlaceOfData({ mode: 0o6755 }),
    files: [...LISTED.filter(({ path }) => path !== "app/data.txt"), listedFile("app/data.txt", "data", "4755")],
    says: /"app\/data\.txt".*setgid/,
  },
  // Sizes
  { it: "more bytes than the manifest states", bundle: GOOD, more: { size: 50 }, says: "larger than the 50 bytes" },
  { it: "more content than the manifest states", bundle: GOOD, more: { unpacked: 13 }, says: '"app/data.txt"' },
  {
    it: "zeros without end",
    bundle: gzipSync(Buffer.concat([sound, Buffer.alloc(16 * 1024 ** 2)])),
    says: "unpacks to more",
  },
  { it: "a size in a pax record", bundle: [RUN, paxEntry({ size: "4" }), DATA, LINK], says: '"app/data.txt"' },
  { it: "a size beyond octal", ...inPlaceOfData({ size: "\x80\0\0\0\0\0\0\0\0\0\0\x04" }), says: "app/data.txt" },
  { it: "a size below zero", ...inPlaceOfData({ size: "-1" }), says: "app/data.txt" },
  // Damage
  { it: "an empty file", bundle: Buffer.alloc(0), says: "damaged" },
  { it: "a text", bundle: Buffer.from("<html>404 Not Found</html>".repeat(50)), says: "damaged" },
  { it: "a zstd archive", bundle: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, ...Buffer.alloc(600, 1)]), says: "damaged" },
  { it: "a header with a wrong checksum", ...inPlaceOfData({ damaged: true }), says: "damaged" },
  { it: "a damaged gzip stream", bundle: damagedAt(packed, 30), says: "damaged" },
  { it: "a gzip stream with a wrong checksum", bundle: damagedAt(packed, packed.length - 6), says: "damaged" },
  { it: "a gzip stream cut off", bundle: packed.subarray(0, packed.length - 20), says: "damaged" },
  { it: "a gzip stream without its last byte", bundle: packed.subarray(0, packed.length - 1), says: "damaged" },
  { it: "a tar cut off in a file", bundle: sound.subarray(0, 514), says: "damaged" },
  { it: "a tar cut off between files", bundle: sound.subarray(0, sound.length - END.length), says: "damaged" },
  { it: "a tar with one block of zeros at its end", bundle: sound.subarray(0, sound.length - 512), says: "damaged" },
  {
    it: "an entry after the end",
    bundle: gzipSync(Buffer.concat([sound, tarEntry(file("app/late"))])),
    says: "damaged",
  },
  { it: "a second gzip stream with entries", bundle: Buffer.concat([packed, packed]), says: "damaged" },
  {
    it: "bytes after the gzip stream",
    bundle: Buffer.concat([packed, Buffer.from("more")]),
    says: /damaged|after its end/,
  },
  {
    it: "zeros and bytes after the gzip stream",
    bundle: Buffer.concat([packed, Buffer.from("\0\0more")]),
    says: /damaged|after its end/,
  },
];

let parent: string;
beforeEach(async () => {
  parent = await realpath(await mkdtemp(join(tmpdir(), "pawl-unpack-")));
  await writeFile(join(parent, "victim"), "untouched");
  await mkdir(join(parent, "releases"));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test.each(HOSTILE)(
  "refuses $it, and leaves everything around it alone",
  async ({ bundle, files = LISTED, more, code, says }) => {
    const bytes = Buffer.isBuffer(bundle) ? bundle : gzipSync(tarOf(...bundle));
    const bundlePath = join(parent, "bundle");
    await writeFile(bundlePath, bytes);
    const unpacking = unpackBundle({
      bundlePath,
      manifest: manifestOf(bytes, files, more),
      manifestBytes: Buffer.from("{}"),
      into: join(parent, "releases", "staging"),
      signal: new AbortController().signal,
    });
    await expect(unpacking).rejects.toMatchObject({
      code: code ?? "archive_refused",
      message: expect.stringMatching(says),
    });
    expect((await readdir(parent)).sort()).toEqual(["bundle", "releases", "victim"]);
    expect((await readdir(join(parent, "releases"))).filter((name) => name !== "staging")).toEqual([]);
    expect(await readFile(join(parent, "victim"), "utf8")).toBe("untouched");
  },
);

test("does not write through a link the archive puts where a folder belongs", async () => {
  const bytes = gzipSync(tarOf({ name: "app", type: "2", link: parent }, file("app/victim", { body: "overwritten" })));
  const bundlePath = join(parent, "bundle");
  await writeFile(bundlePath, bytes);
  const unpacking = unpackBundle({
    bundlePath,
    manifest: manifestOf(bytes, [listedFile("app/victim", "overwritten")]),
    manifestBytes: Buffer.from("{}"),
    into: join(parent, "releases", "staging"),
    signal: new AbortController().signal,
  });
  await expect(unpacking).rejects.toMatchObject({ code: "archive_refused" });
  expect(await readFile(join(parent, "victim"), "utf8")).toBe("untouched");
});

function damagedAt(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(at) ^ 0xff, at);
  return copy;
}
