import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { httpSource } from "./index.ts";

const signal = new AbortController().signal;
const ENTRY = {
  version: "1.2.0",
  channel: "stable",
  published_at: "2026-03-01T12:00:00Z",
  manifest: "1.2.0/manifest.json",
  signature: "1.2.0/manifest.json.sig",
  bundle: "1.2.0/app-1.2.0.tar.gz",
};

let dir: TempDir;
let host: ReleaseHost;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("www/app/1.2.0"), { recursive: true });
  await writeIndex({ name: "app", releases: [ENTRY] });
  await writeFile(dir.join("www/app/1.2.0/manifest.json"), `{"version":"1.2.0"}\n`);
  await writeFile(dir.join("www/app/1.2.0/manifest.json.sig"), "ed25519:AAAA\n");
  host = await ReleaseHost.start({ root: dir.join("www") });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const writeIndex = (index: unknown) =>
  writeFile(dir.join("www/app/index.json"), typeof index === "string" ? index : JSON.stringify(index));
const source = (url = `${host.url}/app/`) =>
  httpSource({ url }, { cacheDir: dir.join("cache"), userAgent: "pawl/0.1.0" }, { timeoutMs: 2000, idleMs: 200 });
const manifestOf = (signature_url: string | null = null) =>
  source().manifest({ manifest_url: `${host.url}/app/1.2.0/manifest.json`, signature_url }, signal);

test.each(["/app", "/app/", "/app/index.json"])(
  "§4 source.http: offers what the index at %s lists, with whole addresses",
  async (path) => {
    expect(await source(host.url + path).offers(signal)).toEqual([
      {
        version: "1.2.0",
        channel: "stable",
        published_at: "2026-03-01T12:00:00Z",
        title: null,
        notes: null,
        notes_url: null,
        manifest_url: `${host.url}/app/1.2.0/manifest.json`,
        signature_url: `${host.url}/app/1.2.0/manifest.json.sig`,
        bundle_url: `${host.url}/app/1.2.0/app-1.2.0.tar.gz`,
      },
    ]);
    expect(host.requests[0]).toMatchObject({ path: "/app/index.json", headers: { "user-agent": "pawl/0.1.0" } });
  },
);

test("asks for an unchanged index only whether it has changed, also after a restart", async () => {
  const first = await source().offers(signal);
  expect(await source().offers(signal)).toEqual(first);
  expect(host.requests.map(({ status }) => status)).toEqual([200, 304]);
  await writeIndex({ releases: [{ ...ENTRY, version: "1.3.0" }] });
  expect(await source().offers(signal)).toMatchObject([{ version: "1.3.0" }]);
  expect(await readdir(dir.join("cache"))).toEqual(["http-index.json"]);
});

test("ignores a damaged cache and that of another address", async () => {
  await source().offers(signal);
  await source(`${host.url}/app/index.json?other`).offers(signal);
  await writeFile(dir.join("cache/http-index.json"), "{");
  await source().offers(signal);
  expect(host.requests.map(({ status }) => status)).toEqual([200, 200, 200]);
});

test("a cache that can't be written doesn't hide an update", async () => {
  await writeFile(dir.join("cache"), "a file where the folder should be");
  expect(await source().offers(signal)).toHaveLength(1);
});

test("§6 index.json: resolves paths against where the index was found in the end", async () => {
  await using mirror = await ReleaseHost.start({ root: dir.join("www") });
  host.fault("/app/", { kind: "redirect", to: `${mirror.url}/app/` });
  for (const _ of ["fresh", "from the cache"]) {
    expect(await source().offers(signal)).toMatchObject([{ bundle_url: `${mirror.url}/app/1.2.0/app-1.2.0.tar.gz` }]);
  }
  expect(mirror.requests.map(({ status }) => status)).toEqual([200, 304]);
});

test.each([
  ["{", "isn't JSON"],
  ["[]", "the whole"],
  [{}, "releases"],
  [{ releases: [ENTRY, { ...ENTRY, version: "../1" }] }, "releases[1].version: must be a version"],
  [{ releases: [{ ...ENTRY, bundle: undefined }] }, "releases[0].bundle: is missing"],
  [
    { releases: [{ ...ENTRY, manifest: "file:///etc/passwd" }] },
    "releases[0].manifest: must be an http or https address",
  ],
  [{ releases: [{ ...ENTRY, bundle: "http://[" }] }, "releases[0].bundle: isn't an address"],
  [{ releases: [{ ...ENTRY, signature: "http://me:pw@x/" }] }, "releases[0].signature: must not contain a user name"],
])("refuses the index %j and names what is wrong", async (index, problem) => {
  await writeIndex(index);
  // The second time it may come from the cache: that makes it no better.
  for (const _ of ["fresh", "unchanged"]) {
    await expect(source().offers(signal)).rejects.toMatchObject({
      code: "bad_manifest",
      message: expect.stringContaining(problem),
    });
  }
});

test("makes no link of a notes_url that isn't a web address", async () => {
  await writeIndex({
    releases: [
      { ...ENTRY, notes_url: "javascript:alert(1)" },
      { ...ENTRY, notes_url: "https://x.example/" },
    ],
  });
  expect(await source().offers(signal)).toMatchObject([{ notes_url: null }, { notes_url: "https://x.example/" }]);
});

test.each([
  [{ kind: "html" }, "host_error", "answered with a web page instead of its list of releases"],
  [{ kind: "status", status: 500 }, "host_error", "HTTP 500"],
  [{ kind: "status", status: 404 }, "not_found", "/app/index.json"],
  [{ kind: "rate-limit", retryAfter: 60 }, "rate_limited", "Try again after"],
  [{ kind: "hang" }, "offline", "sent nothing for"],
  [{ kind: "oversize" }, "too_large", "longer than"],
] as const)("an index host with the fault %j is %s", async (fault, code, sentence) => {
  host.fault("/app/", fault);
  await expect(source().offers(signal)).rejects.toMatchObject({ code, message: expect.stringContaining(sentence) });
});

test("§6 assets: reads the exact bytes of a manifest and its signature", async () => {
  const { bytes, signature } = await manifestOf(`${host.url}/app/1.2.0/manifest.json.sig`);
  expect(Buffer.from(bytes).toString()).toBe(`{"version":"1.2.0"}\n`);
  expect(Buffer.from(signature ?? []).toString()).toBe("ed25519:AAAA\n");
});

test("§6 assets: finds a signature beside the manifest that the index doesn't name", async () => {
  expect((await manifestOf()).signature).not.toBeNull();
});

test.each([
  { kind: "status", status: 404 } as const,
  { kind: "status", status: 403 } as const,
  { kind: "html" } as const,
])("no signature is no trouble of the source unless the index names one: %j", async (fault) => {
  host.fault("/app/1.2.0/manifest.json.sig", fault);
  expect((await manifestOf()).signature).toBeNull();
  await expect(manifestOf(`${host.url}/app/1.2.0/manifest.json.sig`)).rejects.toHaveProperty("code");
});

test("a signature that can't be read now is not a missing one", async () => {
  host.fault("/app/1.2.0/manifest.json.sig", { kind: "status", status: 500 });
  await expect(manifestOf()).rejects.toMatchObject({ code: "host_error" });
  host.heal();
  host.fault("/app/1.2.0/manifest.json.sig", { kind: "oversize" });
  await expect(manifestOf()).rejects.toMatchObject({ code: "too_large" });
});

test("refuses a web page instead of a manifest", async () => {
  host.fault("/app/1.2.0/manifest.json", { kind: "html" });
  await expect(manifestOf()).rejects.toMatchObject({ code: "host_error" });
});

test("sends its password to its own host only, and shows and stores it nowhere", async () => {
  await using other = await ReleaseHost.start({ root: dir.join("www") });
  const ours = source(`${host.url.replace("//", "//me:secret@")}/app/index.json?token=secret`);
  expect(ours.address).toBe(`${host.url}/app/index.json`);
  await writeIndex({ releases: [{ ...ENTRY, bundle: `${other.url}/app.tar.gz` }] });
  expect(JSON.stringify(await ours.offers(signal))).not.toContain("secret");
  await ours.manifest({ manifest_url: `${host.url}/app/1.2.0/manifest.json`, signature_url: null }, signal);
  await ours.manifest({ manifest_url: `${other.url}/app/1.2.0/manifest.json`, signature_url: null }, signal);
  const authorization = `Basic ${Buffer.from("me:secret").toString("base64")}`;
  expect(host.requests.every(({ headers }) => headers.authorization === authorization)).toBe(true);
  expect(other.requests.some(({ headers }) => headers.authorization !== undefined)).toBe(false);
  expect(await ours.downloadHeaders(`${host.url}/x`)).toEqual({ "user-agent": "pawl/0.1.0", authorization });
  expect(await ours.downloadHeaders(`${other.url}/x`)).toEqual({ "user-agent": "pawl/0.1.0" });
  expect(await readFile(dir.join("cache/http-index.json"), "utf8")).not.toContain("secret");
});

test("§4 token_file: sends the token of its file to its own host only, and not after a redirect to another", async () => {
  await using other = await ReleaseHost.start({ root: dir.join("www") });
  await writeFile(dir.join("token"), "secret\n");
  const parts = { cacheDir: dir.join("cache"), userAgent: "pawl/0.1.0" };
  const ours = httpSource({ url: `${host.url}/app/`, token_file: dir.join("token") }, parts);
  host.fault("/app/1.2.0/", { kind: "redirect", to: `${other.url}/app/1.2.0/` });
  const [offer] = await ours.offers(signal);
  await ours.manifest({ manifest_url: offer?.manifest_url ?? "", signature_url: null }, signal);
  expect(host.requests.map(({ headers }) => headers.authorization)).toEqual(Array(3).fill("Bearer secret"));
  expect(other.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
});
