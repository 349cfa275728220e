import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { assetsOf, ForgeBench } from "../forge/forge-fixture.ts";

const signal = new AbortController().signal;
const LIST = "/api/v1/repos/me/pi-kit/releases";

let bench: ForgeBench;
beforeEach(async () => {
  bench = await ForgeBench.start({ kind: "gitea", token: "secret" });
});
afterEach(() => bench[Symbol.asyncDispose]());

test("§4 source.gitea: Gitea: a release is on offer with everything its fields say, its time in UTC", async () => {
  const { forge } = bench;
  await forge.publish({
    tag: "v1.2.0",
    name: "Spring",
    body: "Two things.",
    publishedAt: "2026-03-01T12:00:00Z",
    assets: assetsOf("1.2.0"),
  });
  const at = `${forge.url}/me/pi-kit/releases`;
  const source = await bench.source();
  expect(source.address).toBe(`${forge.url}/me/pi-kit`);
  expect(await source.offers(signal)).toEqual([
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
      bundle_id: expect.stringMatching(/^[0-9a-f-]{36} 15$/),
    },
  ]);
  expect(bench.asked()).toEqual([`main ${LIST}?limit=50 200`]);
});

test.each(["", "/", "/api/v1", "/api/v1/"])("Gitea: its address may be given with %j at the end", async (ending) => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  const source = await bench.source({ url: bench.forge.url + ending });
  expect(await source.offers(signal)).toHaveLength(1);
});

test("Pi-Kit 8: a release on Gitea is offered, and its releases page, which is HTML, is never asked", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  const page = await fetch(`${bench.forge.url}/me/pi-kit/releases/latest`);
  expect(page.headers.get("content-type")).toContain("text/html");
  bench.forge.requests.length = 0;
  expect(await (await bench.source()).offers(signal)).toMatchObject([{ version: "1.0.0" }]);
  expect(bench.forge.requests.every(({ path }) => path === LIST)).toBe(true);
});

test("Pi-Kit 27: the manifest is fetched by HTTP, before anything of the bundle", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  const source = await bench.source();
  const [offer] = await source.offers(signal);
  const { bytes, signature } = await source.manifest(offer as never, signal);
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({ version: "1.0.0" });
  expect(Buffer.from(signature ?? []).toString()).toBe("ed25519:1.0.0\n");
});

test("Pi-Kit 43: a check reads the list, the manifest and its signature only", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  const source = await bench.source();
  const [offer] = await source.offers(signal);
  await source.manifest(offer as never, signal);
  expect(bench.asked()).toEqual([
    `main ${LIST}?limit=50 200`,
    "main /me/pi-kit/releases/download/1.0.0/manifest.json 200",
    "main /me/pi-kit/releases/download/1.0.0/manifest.json.sig 200",
  ]);
});

test("Gitea: a release with its manifest only inside the bundle has none to fetch", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: { "pikit-1.0.0.tar.gz": "x" } });
  const offers = await (await bench.source()).offers(signal);
  expect(offers).toMatchObject([{ manifest_url: null, signature_url: null, bundle_size: 1 }]);
});

test("Gitea: it has no ETag, and is asked in full each time", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  for (const _ of [1, 2]) expect(await (await bench.source()).offers(signal)).toHaveLength(1);
  expect(bench.forge.requests.map(({ status }) => status)).toEqual([200, 200]);
});

test("Gitea: pages are followed, also where it takes itself to have another name", async () => {
  await using proxied = await ForgeBench.start({ kind: "gitea", most: 2, rootUrl: "http://localhost:1/git" });
  for (const tag of ["1.0.0", "1.1.0", "1.2.0"]) await proxied.forge.publish({ tag, assets: assetsOf(tag) });
  const source = await proxied.source();
  const offers = await source.offers(signal);
  expect(offers).toHaveLength(3);
  // Nobody but itself reaches localhost:1; its own files are where its API answers.
  const { bytes } = await source.manifest(offers[0] as never, signal);
  expect(Buffer.from(bytes).toString()).toContain("1.2.0");
});

test("Gitea: a private repository is seen with the token, which goes to Gitea only", async () => {
  await using secret = await ForgeBench.start({ kind: "gitea", token: "secret", private: true, ownStorage: true });
  await secret.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  await expect((await secret.source()).offers(signal)).rejects.toMatchObject({
    code: "not_found",
    message: expect.stringContaining("/me/pi-kit"),
  });
  secret.forge.requests.length = 0;
  const source = await secret.source({ token: "secret" });
  const [offer] = await source.offers(signal);
  await source.manifest(offer as never, signal);
  const tokens = secret.forge.requests.map(({ origin, headers }) => `${origin} ${headers.authorization ?? "none"}`);
  expect(new Set(tokens)).toEqual(new Set(["main token secret", "second none"]));
});

test("Gitea: a renamed repository is found", async () => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  bench.forge.rename("we/kitchen");
  expect(await (await bench.source()).offers(signal)).toHaveLength(1);
});

test("Forgejo: an asset that is only a link to elsewhere has no known size", async () => {
  const external = { "app-1.0.0.tar.gz": "https://cdn.example/app.tar.gz" };
  await bench.forge.publish({ tag: "1.0.0", assets: { "manifest.json": "{}" }, external });
  expect(await (await bench.source()).offers(signal)).toMatchObject([
    { bundle_url: "https://cdn.example/app.tar.gz", bundle_size: null },
  ]);
});

test.each(["file:///etc/app.tar.gz", "ftp://cdn.example/a.tar.gz", "https://me:pw@cdn.example/a.tar.gz"])(
  "Forgejo: a bundle at %s is refused",
  async (address) => {
    await bench.forge.publish({ tag: "1.0.0", external: { "app-1.0.0.tar.gz": address } });
    await expect((await bench.source()).offers(signal)).rejects.toMatchObject({
      code: "host_error",
      message: expect.stringContaining("app-1.0.0.tar.gz of 1.0.0 at an address that can't be used"),
    });
  },
);

test.each([
  [{ kind: "html" }, "host_error"],
  [{ kind: "status", status: 429, headers: { "retry-after": "60" } }, "rate_limited"],
  [{ kind: "status", status: 403 }, "host_error"],
  [{ kind: "hang" }, "offline"],
  [{ kind: "truncate", after: 10 }, "offline"],
] as const)("Gitea: a list with the fault %j is %s", async (fault, code) => {
  await bench.forge.publish({ tag: "1.0.0", assets: assetsOf("1.0.0") });
  bench.forge.fault(LIST, fault);
  await expect((await bench.source()).offers(signal)).rejects.toMatchObject({ code });
});

test("Gitea: something else at its address is no list of releases", async () => {
  const server = createServer((_, response) => response.setHeader("content-type", "application/json").end('{"a":1}'));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const source = await bench.source({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    await expect(source.offers(signal)).rejects.toMatchObject({
      code: "host_error",
      message: expect.stringContaining("isn't a list of releases"),
    });
  } finally {
    server.close();
  }
});
