import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOSTILE_FILES } from "../../testing/hostile-files.ts";
import { inProcess, PRINT_CODE } from "../../testing/in-process.ts";
import { directorySource } from "./index.ts";

const signal = new AbortController().signal;

let dir: TempDir;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("stick"));
});
afterEach(() => dir[Symbol.asyncDispose]());

const source = () => directorySource({ path: dir.join("stick") });
const url = (path: string) => pathToFileURL(dir.join("stick", path)).href;
const bundleOf = (name: string) => ({ name, size: 6, sha256: "d".repeat(64), unpacked_size: 1 });

/** A release in a folder of its own. */
async function put(folder: string, files: Record<string, unknown>): Promise<void> {
  await mkdir(dir.join("stick", folder), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(dir.join("stick", folder, name), typeof content === "string" ? content : JSON.stringify(content));
  }
}

test("§4 source.directory: a directory's index says what is on offer, with the addresses of files", async () => {
  const entry = { version: "1.2.0", channel: "beta", manifest: "1.2.0/manifest.json", bundle: "1.2.0/a b%.tar.gz" };
  await put(".", { "index.json": { releases: [entry] } });
  expect(await source().offers(signal)).toMatchObject([
    {
      version: "1.2.0",
      channel: "beta",
      manifest_url: url("1.2.0/manifest.json"),
      signature_url: null,
      bundle_url: url("1.2.0/a b%.tar.gz"),
    },
  ]);
});

test("§6 directory: without an index every manifest one level down is a release, with what lies beside it", async () => {
  await put("1.2.0", {
    "manifest.json": { version: "1.2.0", changelog: "https://x.example/", bundle: bundleOf("app.tgz"), files: [] },
    "manifest.json.sig": "ed25519:…",
    "app.tgz": "bundle",
    "other.tar.gz": "not it",
  });
  await put("old", { "manifest.json": { version: "1.1.0", files: [] }, "old-1.1.0.tar.gz": "bundle", "a.tar": "no" });
  await put("1.2.0/deeper", { "manifest.json": { version: "9.9.9", files: [] }, "a.tar.gz": "" });
  await put("test", {
    "manifest.json": { version: "2.0.0", files: [] },
    "a.tar": "bundle",
    "release.json": { channel: "prerelease", title: "Two", notes: "New." },
  });
  const offers = (await source().offers(signal)).sort((a, b) => (a.version < b.version ? -1 : 1));
  expect(offers).toMatchObject([
    { version: "1.1.0", bundle_url: url("old/old-1.1.0.tar.gz"), manifest_url: url("old/manifest.json") },
    {
      version: "1.2.0",
      channel: "stable",
      notes_url: "https://x.example/",
      signature_url: url("1.2.0/manifest.json.sig"),
      bundle_url: url("1.2.0/app.tgz"),
      bundle_size: 6,
    },
    { version: "2.0.0", channel: "prerelease", title: "Two", notes: "New.", bundle_url: url("test/a.tar") },
  ]);
});

test("what isn't a release is passed over, unless there is nothing else", async () => {
  await put("photos", { "a.jpg": "" });
  await put(".hidden", { "manifest.json": "{}" });
  expect(await source().offers(signal)).toEqual([]);
  await put("website", { "manifest.json": { name: "A web app", icons: [] } });
  await expect(source().offers(signal)).rejects.toMatchObject({ code: expect.stringMatching(/^bad_/) });
  await put("1.0.0", { "manifest.json": { version: "1.0.0", files: [] }, "a.tar.gz": "" });
  expect(await source().offers(signal)).toHaveLength(1);
});

test.each<[string, Record<string, unknown>, string]>([
  ["lacks its bundle", { "manifest.json": { version: "1.0.0", files: [], bundle: bundleOf("app.tgz") } }, "app.tgz"],
  ["has no bundle", { "manifest.json": { version: "1.0.0", files: [] } }, "holds a manifest and no bundle"],
  [
    "has a description that can't be read",
    { "manifest.json": { version: "1.0.0", files: [] }, "a.tar": "", "release.json": "{" },
    "release.json can't be read",
  ],
])("a release that %s is no offer, and says why", async (_, files, why) => {
  await put("1.0.0", files);
  await expect(source().offers(signal)).rejects.toMatchObject({
    code: "bad_manifest",
    message: expect.stringContaining(why),
  });
});

test("a stick that isn't plugged in is offline", async () => {
  await rm(dir.join("stick"), { recursive: true });
  const error = await source()
    .offers(signal)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    code: "offline",
    message: `${dir.join("stick")} isn't there. Plug in the stick or mount the folder it is on, then try again.`,
    fields: { path: dir.join("stick") },
  });
});

test("a stick that is pulled out between two reads is offline", async () => {
  const offer = { manifest_url: url("1.0.0/manifest.json"), signature_url: null };
  await expect(source().manifest(offer, signal)).rejects.toMatchObject({ code: "offline" });
  await expect(source().downloadHeaders(url("1.0.0/app.tar.gz"))).rejects.toMatchObject({ code: "offline" });
});

test("reads the exact bytes of a manifest, and a signature beside it that the index doesn't name", async () => {
  await put("1.0.0", { "manifest.json": `{"version":"1.0.0"}\n`, "manifest.json.sig": "ed25519:AAAA\n" });
  const { bytes, signature } = await source().manifest(
    { manifest_url: url("1.0.0/manifest.json"), signature_url: null },
    signal,
  );
  expect([Buffer.from(bytes).toString(), Buffer.from(signature ?? []).toString()]).toEqual([
    `{"version":"1.0.0"}\n`,
    "ed25519:AAAA\n",
  ]);
});

test.each(["../secret.tar.gz", "/etc/passwd", "https://x.example/a.tar.gz", "file:///etc/passwd", "a/../../b.tar"])(
  "an index that names %s is refused",
  async (bundle) => {
    await put(".", { "index.json": { releases: [{ version: "1.0.0", manifest: "m/manifest.json", bundle }] } });
    await expect(source().offers(signal)).rejects.toMatchObject({
      code: "bad_manifest",
      message: expect.stringContaining("releases[0].bundle: must"),
    });
  },
);

test("no link leads out of the folder, and one within it is followed", async () => {
  await writeFile(dir.join("secret"), "secret");
  await put("1.0.0", { "manifest.json": "{}" });
  await symlink(dir.join("secret"), dir.join("stick/out"));
  await symlink(dir.path, dir.join("stick/up"));
  await symlink("1.0.0", dir.join("stick/latest"));
  const read = (path: string) => source().manifest({ manifest_url: url(path), signature_url: null }, signal);
  for (const path of ["out", "up/secret"]) await expect(read(path)).rejects.toMatchObject({ code: "host_error" });
  expect((await read("latest/manifest.json")).bytes).toHaveLength(2);
  await expect(source().downloadHeaders(url("out"))).rejects.toMatchObject({ code: "host_error" });
  expect(await source().downloadHeaders(url("latest/manifest.json"))).toEqual({});
});

test.each(["https://x.example/a.tar.gz", "file://host/a.tar.gz", pathToFileURL("/etc/passwd").href])(
  "nothing is downloaded from %s",
  async (address) => {
    await expect(source().downloadHeaders(address)).rejects.toMatchObject({ code: "host_error" });
  },
);

test("an index or manifest that is too large is refused unread", async () => {
  await put("1.0.0", { "manifest.json": " ".repeat(8 * 1024 * 1024 + 1) });
  const read = source().manifest({ manifest_url: url("1.0.0/manifest.json"), signature_url: null }, signal);
  await expect(read).rejects.toMatchObject({ code: "too_large" });
});

test.each(HOSTILE_FILES)("%s as the index holds nothing up", async (_, make) => {
  await make(join(dir.join("stick"), "index.json"));
  const script = `${PRINT_CODE} printCode(directorySource(${JSON.stringify({ path: dir.join("stick") })}).offers(new AbortController().signal));`;
  const code = await inProcess({ directorySource: "sources/directory/index.ts" }, script);
  expect(["state_damaged", "host_error", "bad_manifest"]).toContain(code);
});
