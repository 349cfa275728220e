import { afterEach, beforeEach, expect, test } from "vitest";
import { assetsOf, ForgeBench } from "../forge/forge-fixture.ts";
import { githubSource } from "./index.ts";

const signal = new AbortController().signal;
const LIST = "/repos/me/pi-kit/releases";

let bench: ForgeBench;
beforeEach(async () => {
  bench = await ForgeBench.start({ kind: "github", token: "ghp_secret" });
});
afterEach(() => bench[Symbol.asyncDispose]());

const offers = async (token?: string) => (await bench.source({ token })).offers(signal);
const versions = async (token?: string) => (await offers(token)).map(({ version }) => version);

test("§4 source.github: GitHub: a release is on offer with everything its fields say", async () => {
  const { forge } = bench;
  await forge.publish({
    tag: "v1.2.0",
    name: "Spring",
    body: "Two things.",
    publishedAt: "2026-03-01T12:00:00Z",
    assets: assetsOf("1.2.0"),
  });
  const at = `${forge.secondUrl}/me/pi-kit/releases`;
  expect(await offers()).toEqual([
    {
      version: "1.2.0",
      channel: "stable",
      published_at: "2026-03-01T12:00:00.000Z",
      title: "Spring",
      notes: "Two things.",
      notes_url: `${at}/tag/v1.2.0`,
      manifest_url: `${at}/download/v1.2.0/manifest.json`,
      signature_url: `${at}/download/v1.2.0/manifest.json.sig`,
      bundle_url: `${at}/download/v1.2.0/pi-kit-1.2.0.tar.gz`,
      bundle_size: 15,
      bundle_id: expect.stringMatching(/^\d+ sha256:[0-9a-f]{64}$/),
    },
  ]);
  expect(bench.asked()).toEqual([`main ${LIST}?per_page=100 200`]);
  expect(forge.requests[0]?.headers).toMatchObject({
    "user-agent": "pawl/0.1.0",
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
  });
});

test("GitHub: drafts, tags that are no version and releases without a bundle are not on offer; a prerelease is in its channel", async () => {
  const { forge } = bench;
  await forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  await forge.publish({ tag: "2.0.0-rc.1", assets: assetsOf("2.0.0-rc.1"), prerelease: true });
  await forge.publish({ tag: "2.0.0", assets: assetsOf("2.0.0"), draft: true });
  await forge.publish({ tag: "docs/2.0.0", assets: assetsOf("2.0.0") });
  await forge.publish({ tag: "1.9.0", assets: { "manifest.json": "{}", "notes.pdf": "" } });
  // Whoever may write sees drafts.
  for (const token of [undefined, "ghp_secret"]) {
    const found = (await offers(token)).map(({ version, channel }) => `${version} ${channel}`);
    expect(found).toEqual(["2.0.0-rc.1 prerelease", "1.0.0 stable"]);
  }
});

test("GitHub: one release that can't be read doesn't hide the others", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  await bench.forge.publish({ tag: "1.1.0", name: 5 as never, assets: assetsOf("1.1.0") });
  expect(await versions()).toEqual(["1.0.0"]);
});

test("§5 tags: GitHub: an older release published later doesn't hide the newest, though releases/latest says so", async () => {
  await bench.forge.publish({ tag: "v1.1.0", assets: assetsOf("1.1.0") });
  await bench.forge.publish({ tag: "v1.0.9", assets: assetsOf("1.0.9") });
  const latest = await (await fetch(`${bench.forge.url}/repos/me/pi-kit/releases/latest`)).json();
  expect(latest).toMatchObject({ tag_name: "v1.0.9" });
  expect((await versions()).sort()).toEqual(["1.0.9", "1.1.0"]);
});

test("GitHub: pages are followed to the end", async () => {
  await using paged = await ForgeBench.start({ kind: "github", most: 2 });
  for (const tag of ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"]) {
    await paged.forge.publish({ tag, assets: assetsOf(tag) });
  }
  expect(await (await paged.source()).offers(signal)).toHaveLength(5);
  expect(paged.forge.requests.map(({ query }) => query)).toEqual([
    "?per_page=100",
    "?per_page=100&page=2",
    "?per_page=100&page=3",
  ]);
  // Each page is remembered for itself.
  expect(await (await paged.source()).offers(signal)).toHaveLength(5);
  expect(paged.forge.requests.slice(3).map(({ status }) => status)).toEqual([304, 304, 304]);
});

test("GitHub: ten pages are enough", async () => {
  await using paged = await ForgeBench.start({ kind: "github", most: 1 });
  for (let n = 0; n < 12; n++) await paged.forge.publish({ tag: `1.${n}.0`, assets: assetsOf(`1.${n}.0`) });
  const found = await (await paged.source()).offers(signal);
  expect(found.map(({ version }) => version)).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2].map((n) => `1.${n}.0`));
});

test("GitHub: a renamed repository is found by its number, with its token", async () => {
  const { forge } = bench;
  await forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  forge.rename("me/kitchen");
  expect(await versions("ghp_secret")).toEqual(["1.0.0"]);
  expect(bench.asked()).toEqual([`main ${LIST}?per_page=100 301`, "main /repositories/4711/releases?per_page=100 200"]);
  expect(forge.requests[1]?.headers.authorization).toBe("Bearer ghp_secret");
});

test("GitHub: without a token files are downloaded from its pages, which its limit doesn't count", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  const source = await bench.source();
  const [offer] = await source.offers(signal);
  const before = bench.forge.quota.headers(null)["x-ratelimit-remaining"];
  const { bytes, signature } = await source.manifest(offer as never, signal);
  expect([Buffer.from(bytes).toString(), Buffer.from(signature ?? []).toString()]).toEqual([
    '{"version":"1.0.0","files":[]}',
    "ed25519:1.0.0\n",
  ]);
  expect(bench.forge.quota.headers(null)["x-ratelimit-remaining"]).toBe(before);
});

test("GitHub: a private repository's files come from the API, and the token doesn't follow them to their store", async () => {
  await using secret = await ForgeBench.start({ kind: "github", token: "ghp_secret", private: true });
  const { forge } = secret;
  await forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  await expect((await secret.source()).offers(signal)).rejects.toMatchObject({ code: "not_found" });
  const source = await secret.source({ token: "ghp_secret" });
  const [offer] = await source.offers(signal);
  expect(offer?.bundle_url).toMatch(new RegExp(`^${forge.url}${LIST}/assets/\\d+$`));
  const { bytes, signature } = await source.manifest(offer as never, signal);
  expect([bytes.length, signature?.length]).toEqual([30, 14]);
  const stored = forge.requests.filter(({ path }) => path.startsWith("/storage/"));
  expect(stored).toHaveLength(2);
  expect(stored.some(({ headers }) => JSON.stringify(headers).includes("ghp_secret"))).toBe(false);
  expect(await source.downloadHeaders(offer?.bundle_url ?? "")).toMatchObject({
    accept: "application/octet-stream",
    authorization: "Bearer ghp_secret",
  });
  expect(await source.downloadHeaders(`${forge.secondUrl}/x`)).toEqual({ "user-agent": "pawl/0.1.0" });
});

test.each([
  ["https://api.github.com", "https://github.com/me/pi-kit"],
  ["https://git.example.org/api/v3", "https://git.example.org/me/pi-kit"],
  ["https://me:secret@git.example.org/api/v3/", "https://git.example.org/me/pi-kit"],
])("GitHub: the API at %s is shown as %s", (url, address) => {
  const source = githubSource({ url, repo: "me/pi-kit", token_file: undefined }, { cacheDir: "/x", userAgent: "pawl" });
  expect(source.address).toBe(address);
});
