import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chmod, cp, lstat, mkdir, readdir, readFile, readlink, symlink, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { TempDir } from "@pawl/testkit";
import { generateKeyPair, verifyManifest } from "@pawl/trust";
import { expect, test, vi } from "vitest";
import { type PackOptions, packRelease } from "./pack.ts";
import { walkTree } from "./walk.ts";

const run = promisify(execFile);
const key = generateKeyPair();

/** A small app with everything a release may hold; deep and long names, and a file of several chunks. */
async function makeApp(dir: string): Promise<string> {
  const app = join(dir, "app");
  await put(app, "pikit-web/index.html", "<h1>kitchen</h1>");
  await put(app, "pikit-web/config.json", "{}");
  await put(app, "pikit-web/empty", "");
  await put(app, "pikit-web/Größe 1.txt", "ä");
  await put(app, `${"deep/".repeat(60)}${"name".repeat(40)}.txt`, "deep");
  await put(app, "pikit-api.py", "#!/usr/bin/python3", 0o755);
  await put(app, "large.bin", randomBytes(700_000));
  await symlink("pikit-web", join(app, "web"));
  await symlink("../pikit-api.py", join(app, "pikit-web/api"));
  return app;
}

async function put(dir: string, path: string, content: string | Buffer, mode = 0o644): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), content);
  await chmod(join(dir, path), mode);
}

/** Everything in a folder: path → what it is. */
async function contentOf(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await walkTree(dir)) {
    const path = join(dir, entry.path);
    if (entry.kind === "link") found[entry.path] = `link ${await readlink(path)}`;
    else {
      const executable = (await lstat(path)).mode & 0o100 ? "executable" : "plain";
      found[entry.path] = `${executable} ${createHash("sha256")
        .update(await readFile(path))
        .digest("hex")}`;
    }
  }
  return found;
}

test("the system's tar unpacks what was packed", async () => {
  await using temp = await TempDir.create();
  const dir = await makeApp(temp.path);
  await mkdir(join(dir, "no-files-in-here"));
  const { folder, manifest } = await packRelease({ dir, outDir: temp.join("out"), name: "pi-kit", version: "1.4.0" });
  expect((await readdir(folder)).sort()).toEqual(["manifest.json", "pi-kit-1.4.0.tar.gz", "release.json"]);

  await mkdir(temp.join("unpacked"));
  await run("tar", ["-xzf", join(folder, "pi-kit-1.4.0.tar.gz"), "-C", temp.join("unpacked")]);
  const content = await contentOf(dir);
  expect(await contentOf(temp.join("unpacked"))).toEqual(content);

  const listed = manifest.files.map((entry) => [
    entry.path,
    "link" in entry ? `link ${entry.link}` : `${entry.mode === "0755" ? "executable" : "plain"} ${entry.sha256}`,
  ]);
  expect(Object.fromEntries(listed)).toEqual(content);
  expect(manifest.files.filter((entry) => "mode" in entry).map(({ path }) => path)).toEqual(["pikit-api.py"]);
  const bundle = await readFile(join(folder, "pi-kit-1.4.0.tar.gz"));
  expect(manifest.bundle).toEqual({
    name: "pi-kit-1.4.0.tar.gz",
    size: bundle.length,
    sha256: createHash("sha256").update(bundle).digest("hex"),
    unpacked_size: 700_000 + 16 + 2 + 0 + 2 + 4 + 18,
  });
});

test("the archive names no owner, no group and no time", async () => {
  await using temp = await TempDir.create();
  await put(temp.join("app"), "a", "a", 0o600);
  await put(temp.join("app"), "b", "b", 0o4711);
  const { folder } = await packRelease({
    dir: temp.join("app"),
    outDir: temp.join("out"),
    name: "app",
    version: "1.0.0",
  });
  const { stdout } = await run("tar", [
    "--utc",
    "--full-time",
    "--numeric-owner",
    "-tvzf",
    join(folder, "app-1.0.0.tar.gz"),
  ]);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => line.replaceAll(/ +/g, " ")),
  ).toEqual(["-rw-r--r-- 0/0 1 1970-01-01 00:00:00 a", "-rwxr-xr-x 0/0 1 1970-01-01 00:00:00 b"]);
});

test("packs two copies to the same bytes, whatever their times, order and permissions", async () => {
  await using temp = await TempDir.create();
  const dir = await makeApp(temp.path);
  const copy = temp.join("copy");
  await mkdir(copy);
  for (const name of (await readdir(dir)).reverse()) {
    await cp(join(dir, name), join(copy, name), { recursive: true, verbatimSymlinks: true });
  }
  for (const entry of await walkTree(copy)) {
    if (entry.kind === "link") continue;
    const { mode } = await lstat(join(copy, entry.path));
    await chmod(join(copy, entry.path), mode & 0o700);
    await utimes(join(copy, entry.path), 1e9, 1e9);
  }
  const options = { name: "pi-kit", version: "1.4.0", notes: "New dials", config: ["pikit-web/config.json"] };
  const [first, second] = await Promise.all(
    [dir, copy].map((from, at) =>
      packRelease({ ...options, dir: from, outDir: temp.join(`out${at}`) }, key.privateKeyPem),
    ),
  );
  const names = await readdir(first?.folder ?? "");
  expect(names).toHaveLength(4);
  for (const name of names) {
    const [a, b] = await Promise.all([first, second].map((packed) => readFile(join(packed?.folder ?? "", name))));
    expect(a?.equals(b ?? Buffer.alloc(0)), name).toBe(true);
  }
});

test("signs the exact bytes of the manifest", async () => {
  await using temp = await TempDir.create();
  await put(temp.join("app"), "a", "a");
  const options = { dir: temp.join("app"), outDir: temp.join("out"), name: "app", version: "v1.0.0" };
  const { folder, manifestSha256, signedBy } = await packRelease(options, key.privateKeyPem);
  const [bytes, signature] = await Promise.all(
    ["manifest.json", "manifest.json.sig"].map((name) => readFile(join(folder, name))),
  );
  const verified = verifyManifest({
    bytes: bytes ?? Buffer.alloc(0),
    signature: signature ?? null,
    keys: [key.publicKey],
    expectedVersion: "1.0.0",
    expectedSha256: manifestSha256,
  });
  expect(verified.manifest.version).toBe("v1.0.0");
  expect(signedBy).toBe(key.publicKey);
});

test.each<[string, Partial<PackOptions>, string | undefined, string]>([
  ["nothing", {}, undefined, "1970-01-01"],
  ["SOURCE_DATE_EPOCH", { sourceDateEpoch: 1_700_000_000 }, "2023-11-14T22:13:20.000Z", "2023-11-14"],
  ["a time of publication", { publishedAt: "2026-03-01T12:00:00Z" }, "2026-03-01T12:00:00Z", "1970-01-01"],
  [
    "both",
    { publishedAt: "2026-03-01T12:00:00Z", sourceDateEpoch: 1_700_000_000 },
    "2026-03-01T12:00:00Z",
    "2023-11-14",
  ],
])("with %s given, says when it was published and dates its files", async (_, given, publishedAt, day) => {
  await using temp = await TempDir.create();
  await put(temp.join("app"), "a", "a");
  const { folder, manifest } = await packRelease({
    dir: temp.join("app"),
    outDir: temp.join("out"),
    name: "app",
    version: "1.0.0",
    ...given,
  });
  expect(manifest.published_at).toBe(publishedAt);
  const { stdout } = await run("tar", ["--utc", "--full-time", "-tvzf", join(folder, "app-1.0.0.tar.gz")]);
  expect(stdout).toContain(day);
});

const badTrees: [string, (app: string) => Promise<unknown>, RegExp][] = [
  ["a named pipe", (app) => run("mkfifo", [join(app, "pipe")]), /^pipe is neither/],
  ["a link that leaves the tree", (app) => symlink("../outside", join(app, "out")), /^out is a link.*leaves/],
  ["a link that leaves through another", (app) => symlink("deep/../../outside", join(app, "out")), /^out is a link/],
  ["a link to an absolute path", (app) => symlink("/etc/passwd", join(app, "etc")), /^etc is a link.*absolute/],
  ["a name with a backslash", (app) => put(app, "a\\b", ""), /backslash/],
  ["a name with a control character", (app) => put(app, "a\nb", ""), /control character/],
  [
    "names that differ only by case",
    (app) => Promise.all([put(app, "Read", ""), put(app, "read", "")]),
    /read.*Read|Read.*read/,
  ],
  [
    "folders that differ only by case",
    (app) => Promise.all([put(app, "Web/a", ""), put(app, "web/b", "")]),
    /web.*Web|Web.*web/,
  ],
  ["a manifest.json of its own", (app) => put(app, "manifest.json", "{}"), /Pawl's own/],
  [
    "a name that isn't UTF-8",
    (app) => writeFile(Buffer.concat([Buffer.from(`${app}/a`), Buffer.from([0xff])]), ""),
    /UTF-8/,
  ],
];

test.each(badTrees)("refuses %s, and writes nothing", async (_, spoil, message) => {
  await using temp = await TempDir.create();
  await put(temp.join("app"), "a", "a");
  await spoil(temp.join("app"));
  const packing = packRelease({ dir: temp.join("app"), outDir: temp.join("out"), name: "app", version: "1.0.0" });
  await expect(packing).rejects.toMatchObject({ code: "archive_refused", message: expect.stringMatching(message) });
  expect(await readdir(temp.path)).toEqual(["app"]);
});

test.each<[string, Partial<PackOptions>, string]>([
  ["a version no folder can be named like", { version: "1/4" }, "bad_version"],
  ["a name no file can begin with", { name: "-app" }, "bad_manifest"],
  ["config that isn't in the folder", { config: ["settings.json"] }, "bad_manifest"],
  ["a changelog that is no address", { changelog: "see below" }, "bad_manifest"],
  ["a time that is none", { publishedAt: "yesterday" }, "bad_manifest"],
  ["a bad channel", { channel: "-stable" }, "bad_request"],
])("refuses %s, and writes nothing", async (_, change, code) => {
  await using temp = await TempDir.create();
  await put(temp.join("app"), "a", "a");
  const options = { dir: temp.join("app"), outDir: temp.join("out"), name: "app", version: "1.0.0", ...change };
  await expect(packRelease(options)).rejects.toMatchObject({ code });
  expect(await readdir(temp.path)).toEqual(["app"]);
});

test("refuses an output folder inside what is packed, a folder that isn't there and a key that is none", async () => {
  await using temp = await TempDir.create();
  await put(temp.join("app"), "a", "a");
  const options = { dir: temp.join("app"), outDir: temp.join("out"), name: "app", version: "1.0.0" };
  await expect(packRelease({ ...options, outDir: temp.join("app/releases") })).rejects.toMatchObject({
    code: "bad_request",
  });
  await expect(packRelease({ ...options, dir: temp.join("none") })).rejects.toMatchObject({ code: "not_found" });
  await expect(packRelease(options, "no key")).rejects.toMatchObject({ code: "bad_request" });
});

test("a file that changes while it is read fails the release, and leaves nothing half-written", async () => {
  await using temp = await TempDir.create();
  // The kernel says that these files are empty, and then hands over content.
  const options = { dir: "/proc/sys/kernel/random", outDir: temp.path, name: "app", version: "1.0.0" };
  await expect(packRelease(options)).rejects.toMatchObject({
    code: "archive_refused",
    message: expect.stringMatching(/changed while/),
  });
  expect(await readdir(temp.join("1.0.0"))).toEqual([]);
});

test("stops when it is told to, and leaves nothing half-written", async () => {
  await using temp = await TempDir.create();
  await put(temp.join("app"), "large.bin", randomBytes(20_000_000));
  const abort = new AbortController();
  const packing = packRelease({
    dir: temp.join("app"),
    outDir: temp.join("out"),
    name: "app",
    version: "1.0.0",
    signal: abort.signal,
  });
  const rejected = expect(packing).rejects.toThrow("enough");
  await vi.waitFor(async () => expect(await readdir(temp.join("out/1.0.0"))).toEqual(["app-1.0.0.tar.gz.tmp"]));
  abort.abort(new Error("enough"));
  await rejected;
  expect(await readdir(temp.join("out/1.0.0"))).toEqual([]);
});
