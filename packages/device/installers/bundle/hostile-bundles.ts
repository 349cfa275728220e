import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "@pawl/protocol";
import { type FixtureEntry, listedFile, manifestOf, paxEntry, tarEntry } from "./tar-fixture.ts";
import { unpackBundle } from "./unpack.ts";
import type { ZstdWay } from "./zstd.ts";

export const RUN: FixtureEntry = { name: "app/run.sh", body: "#!/bin/sh\n", mode: 0o755 };
export const DATA: FixtureEntry = { name: "app/data.txt", body: "data" };
export const LINK: FixtureEntry = { name: "app/latest", type: "2", link: "data.txt", mode: 0o777 };
export const GOOD = [RUN, DATA, LINK];
export const LISTED: Manifest["files"] = [
  listedFile("app/run.sh", "#!/bin/sh\n"),
  listedFile("app/data.txt", "data"),
  { path: "app/latest", link: "data.txt" },
];

export interface Hostile {
  /** What is wrong with it. */
  it: string;
  bundle: (FixtureEntry | Buffer)[];
  files?: Manifest["files"];
  more?: { size?: number; unpacked?: number };
  code?: string;
  /** In the sentence that people read. */
  says: string | RegExp;
}

export const file = (name: string, more: Partial<FixtureEntry> = {}): FixtureEntry => ({ name, body: "x", ...more });
const listing = (path: string): Manifest["files"] => [...LISTED, listedFile(path, "x")];
const linking = (path: string, link: string): Pick<Hostile, "bundle" | "files"> => ({
  bundle: [...GOOD, { name: path, type: "2", link }],
  files: [...LISTED, { path, link }],
});
/** An entry that is named as the manifest has it, but isn't what the manifest takes it for. */
const inPlaceOfData = (entry: Partial<FixtureEntry>): Pick<Hostile, "bundle"> => ({
  bundle: [RUN, { ...DATA, ...entry }, LINK],
});

/** A record of GNU tar with the name ("L") or the target ("K") of the entry behind it. */
const longName = (name: string, type: "L" | "K") => tarEntry({ name: "././@LongLink", type, body: `${name}\0` });
const many = <T>(make: (n: number) => T): T[] => Array.from({ length: 12_000 }, (_, n) => make(n));
/** The file's true name and size stand in records; what the header names is only what is in it. */
const sparse = (path: string): Pick<Hostile, "bundle"> => ({
  bundle: [
    RUN,
    paxEntry({ "GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": path, "GNU.sparse.realsize": "4" }),
    { name: `app/GNUSparseFile.0/${path}`, body: "1\n0\n4\ndata" },
    LINK,
  ],
});

/** Each is refused, in whatever way it is packed. */
export const HOSTILE: Hostile[] = [
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
  { it: "a size in a pax record", bundle: [RUN, paxEntry({ size: "4" }), DATA, LINK], says: '"app/data.txt"' },
  { it: "a size beyond octal", ...inPlaceOfData({ size: "\x80\0\0\0\0\0\0\0\0\0\0\x04" }), says: "app/data.txt" },
  { it: "a size below zero", ...inPlaceOfData({ size: "-1" }), says: "app/data.txt" },
  { it: "a header with a wrong checksum", ...inPlaceOfData({ damaged: true }), says: "damaged" },
  // Tricks with records
  {
    it: "a link's target changed by a pax record",
    bundle: [RUN, DATA, paxEntry({ linkpath: "/etc/passwd" }), LINK],
    says: /"app\/latest".*passwd/,
  },
  {
    it: "links' targets changed by a global pax record",
    bundle: [paxEntry({ linkpath: "../../x" }, "g"), ...GOOD],
    says: '"app/latest"',
  },
  {
    it: "a path that leaves by a pax record",
    bundle: [RUN, paxEntry({ path: "../victim" }), DATA, LINK],
    says: "leaves",
  },
  {
    it: "a path that leaves by a long name of GNU tar",
    bundle: [RUN, longName("../victim", "L"), DATA, LINK],
    says: "leaves",
  },
  {
    it: "a target that leaves by a long name of GNU tar",
    bundle: [RUN, DATA, longName("/etc/passwd", "K"), LINK],
    says: /"app\/latest".*passwd/,
  },
  { it: "a sparse file of a POSIX tar", ...sparse("app/data.txt"), says: "app/data.txt" },
  { it: "a size in a global pax record", bundle: [paxEntry({ size: "1" }, "g"), ...GOOD], says: "overlong" },
  // Too much
  {
    it: "more entries than are listed",
    bundle: [...GOOD, ...many((n) => file(`app/${n}`))],
    says: "is not a file that",
  },
  {
    it: "records without end",
    bundle: [...many(() => paxEntry({ comment: "x".repeat(400) })), ...GOOD],
    says: "unpacks to more",
  },
  {
    it: "a listed file that is a bomb",
    ...inPlaceOfData({ body: Buffer.alloc(12 * 1024 ** 2) }),
    says: /larger than|unpacks to more/,
  },
];

/** A place to unpack into, with something beside it that must not change. */
export class Place implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<Place> {
    const path = await realpath(await mkdtemp(join(tmpdir(), "pawl-unpack-")));
    await writeFile(join(path, "victim"), "untouched");
    await mkdir(join(path, "releases"));
    return new Place(path);
  }

  async unpack(
    bytes: Buffer,
    files: Manifest["files"] = LISTED,
    more: Hostile["more"] & { zstd?: ZstdWay; signal?: AbortSignal } = {},
  ): Promise<void> {
    const bundlePath = join(this.path, "bundle");
    await writeFile(bundlePath, bytes);
    await unpackBundle({
      bundlePath,
      manifest: manifestOf(bytes, files, more),
      manifestBytes: Buffer.from("{}"),
      into: join(this.path, "releases", "staging"),
      signal: more.signal ?? new AbortController().signal,
      zstd: more.zstd,
    });
  }

  /** What is here besides what staging holds; as it was, when nothing was written outside. */
  async around(): Promise<object> {
    const releases = (await readdir(join(this.path, "releases"))).filter((name) => name !== "staging");
    const victim = await readFile(join(this.path, "victim"), "utf8");
    return { names: (await readdir(this.path)).sort(), releases, victim };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

export const UNTOUCHED = { names: ["bundle", "releases", "victim"], releases: [], victim: "untouched" };
