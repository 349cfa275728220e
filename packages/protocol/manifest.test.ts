import { expect, test } from "vitest";
import { MANIFEST_VERSION, Manifest } from "./manifest.ts";
import { parents } from "./tree-path.ts";

const sha256 = "0123456789abcdef".repeat(4);
const minimal = { version: "1.4.0", files: [] };
const file = (path: string) => ({ path, sha256 });

/** The troubles of a manifest, `field: message` each; none when it is fine. */
function troubles(manifest: unknown): string[] {
  const parsed = Manifest.safeParse(manifest);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

test("§6 manifest.json: reads a manifest with everything in it", () => {
  const manifest = {
    version: "v1.4.0-rc.1+build_7",
    manifest_version: 1,
    name: "pi-kit",
    changelog: "https://git.example.org/me/pi-kit/releases",
    published_at: "2026-03-01T12:00:00Z",
    bundle: { name: "pi-kit-1.4.0.tar.gz", size: 1200, sha256, unpacked_size: 5000 },
    files: [
      file("pikit-web/index.html"),
      { ...file("pikit-api.py"), mode: "0755" },
      { path: "web", link: "pikit-web" },
    ],
    config: ["pikit-web/index.html"],
    min_from: "1.2.0",
    requires: { pawl: ">=0.1", os: ["linux"], arch: ["arm64", "x64"], node: ">=18", python: ">=3.9", memory_mb: 256 },
    post_install: [
      { daemon_reload: true },
      { restart: "pikit-api.service" },
      { reload: "nginx" },
      { run: "after-update" },
      "systemctl restart cron",
    ],
    "x-built-on": { host: "anything" },
  };
  expect(Manifest.parse(manifest)).toEqual(manifest);
});

test("§6 manifest.json: the shortest manifest has a version and files; the rest has defaults", () => {
  expect(Manifest.parse(minimal)).toEqual({ ...minimal, manifest_version: 1, config: [], post_install: [] });
});

test("one operating system or architecture may stand without a list", () => {
  const { requires } = Manifest.parse({ ...minimal, requires: { os: "linux", arch: "arm64" } });
  expect(requires).toEqual({ os: ["linux"], arch: ["arm64"] });
});

test.each([
  ["a unit that looks like an option", { post_install: [{ restart: "--now" }] }],
  ["a hook outside its folder", { post_install: [{ run: "../evil" }] }],
  ["two verbs in one step", { post_install: [{ restart: "a", reload: "b" }] }],
  ["an unknown verb", { post_install: [{ remove: "a" }] }],
  ["a daemon_reload that is off", { post_install: [{ daemon_reload: false }] }],
  ["something unknown that is required", { requires: { gpu: true } }],
  ["no memory at all that is required", { requires: { memory_mb: 0 } }],
  ["an oldest version that is none", { min_from: "any thing" }],
])("refuses %s", (_, fields) => {
  expect(Manifest.safeParse({ ...minimal, ...fields }).success).toBe(false);
});

test.each([
  ["an unknown field", { requires_magic: true }, 'requires_magic: unknown field "requires_magic"'],
  ["an unknown field with a name every object has", { constructor: 1 }, 'constructor: unknown field "constructor"'],
  ["a field that only nearly begins with x-", { xbuilt: 1 }, 'xbuilt: unknown field "xbuilt"'],
  ["an unknown field of a file", { files: [{ ...file("a"), size: 3 }] }, 'files.0: Unrecognized key: "size"'],
  [
    "an unknown field of the bundle",
    { bundle: { name: "a.tar", size: 1, sha256, unpacked_size: 1, url: "x" } },
    'bundle: Unrecognized key: "url"',
  ],
  ["a path twice", { files: [file("a"), file("b"), file("a")] }, "files.2: a is listed twice"],
  ["a path twice, once as a link", { files: [file("a"), { path: "a", link: "b" }] }, "files.1: a is listed twice"],
  ["a file below a file", { files: [file("a/b/c"), file("a")] }, "files.0: a/b/c lies below a, which is a file"],
  [
    "a file below a link",
    { files: [{ path: "a", link: "b" }, file("a/c")] },
    "files.1: a/c lies below a, which is a file",
  ],
  ["a path that leaves the tree", { files: [file("../etc/passwd")] }, "files.0.path: the path leaves its tree with .."],
  ["a path that leaves and comes back", { files: [file("a/../b")] }, "files.0.path: the path leaves its tree with .."],
  ["an absolute path", { files: [file("/etc/passwd")] }, "files.0.path: the path is absolute"],
  ["a path with a . part", { files: [file("./a")] }, "files.0.path: the path contains an empty or . part"],
  [
    "a hash in capitals",
    { files: [{ path: "a", sha256: sha256.toUpperCase() }] },
    "files.0.sha256: must be a sha256: 64 lowercase hexadecimal digits",
  ],
  [
    "a mode that isn't octal",
    { files: [{ ...file("a"), mode: "rwx" }] },
    "files.0.mode: must be octal permissions such as 0755",
  ],
  [
    "config that isn't shipped",
    { files: [file("a")], config: ["b"] },
    "config.0: b is named as config but not in files",
  ],
  [
    "a newer kind of manifest",
    { manifest_version: MANIFEST_VERSION + 1 },
    `manifest_version: is newer than this Pawl reads (${MANIFEST_VERSION}); update Pawl first`,
  ],
  [
    "a version with a slash",
    { version: "1.4/0" },
    "version: must be a version such as 1.4.0 (letters, digits and . + ~ _ -)",
  ],
  [
    "a version that looks like an option",
    { version: "-rf" },
    "version: must be a version such as 1.4.0 (letters, digits and . + ~ _ -)",
  ],
  [
    "a bundle in another folder",
    { bundle: { name: "../a.tar", size: 1, sha256, unpacked_size: 1 } },
    "bundle.name: must be a plain file name",
  ],
])("refuses %s", (_, fields, trouble) => {
  expect(troubles({ ...minimal, ...fields })).toEqual([trouble]);
});

test.each([
  ["no version", { files: [] }],
  ["no files", { version: "1.4.0" }],
  ["a list", []],
  ["nothing", null],
  ["a negative size", { ...minimal, bundle: { name: "a.tar", size: -1, sha256, unpacked_size: 1 } }],
  ["a size with a fraction", { ...minimal, bundle: { name: "a.tar", size: 1.5, sha256, unpacked_size: 1 } }],
  ["manifest_version 0", { ...minimal, manifest_version: 0 }],
  ["a changelog that is no address", { ...minimal, changelog: "see the wiki" }],
  ["a time without a zone", { ...minimal, published_at: "2026-03-01T12:00:00" }],
  ["an entry that is both a file and a link", { ...minimal, files: [{ ...file("a"), link: "b" }] }],
  ["an entry that is neither", { ...minimal, files: [{ path: "a" }] }],
  ["an empty link", { ...minimal, files: [{ path: "a", link: "" }] }],
])("refuses %s", (_, manifest) => {
  expect(troubles(manifest)).not.toEqual([]);
});

test.each([
  ["a", []],
  ["a/b", ["a"]],
  ["a/b/c", ["a", "a/b"]],
])("the folders above %s", (path, expected) => {
  expect(parents(path)).toEqual(expected);
});
