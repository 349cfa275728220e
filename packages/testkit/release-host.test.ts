import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ReleaseHost } from "./release-host.ts";
import { TempDir } from "./temp-dir.ts";

let dir: TempDir;
let host: ReleaseHost;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("www/v1"), { recursive: true });
  await writeFile(dir.join("www/index.json"), "{}");
  await writeFile(dir.join("www/v1/ten.bin"), "0123456789");
  await writeFile(dir.join("secret"), "not served");
  host = await ReleaseHost.start({ root: dir.join("www") });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

test("serves a file with its type and strong validators, and records the request", async () => {
  const answer = await fetch(`${host.url}/index.json`, { headers: { "x-test": "1" } });
  expect(await answer.text()).toBe("{}");
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(answer.headers.get("etag")).toMatch(/^"[^"]+"$/);
  expect(host.requests).toMatchObject([
    { method: "GET", path: "/index.json", headers: { "x-test": "1" }, status: 200 },
  ]);
});

test("serves nothing outside its folder", async () => {
  // fetch() would tidy the path before it is sent.
  const status = await new Promise((resolve, reject) => {
    const { port } = new URL(host.url);
    request({ port, path: "/%2e%2e/secret" }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end();
  });
  expect(status).toBe(404);
});

test("answers 304 to a matching If-None-Match or If-Modified-Since", async () => {
  const { headers } = await fetch(`${host.url}/index.json`);
  const ask = async (conditions: Record<string, string>) =>
    (await fetch(`${host.url}/index.json`, { headers: conditions })).status;
  expect(await ask({ "if-none-match": headers.get("etag") ?? "" })).toBe(304);
  expect(await ask({ "if-modified-since": headers.get("last-modified") ?? "" })).toBe(304);
  expect(await ask({ "if-none-match": '"other"' })).toBe(200);
});

test.each([
  ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
  ["bytes=7-", 206, "789", "bytes 7-9/10"],
  ["bytes=-2", 206, "89", "bytes 8-9/10"],
  ["bytes=4-99", 206, "456789", "bytes 4-9/10"],
  ["bytes=10-", 416, "", "bytes */10"],
  ["bytes=0-1,3-4", 200, "0123456789", null],
  ["lines=1-2", 200, "0123456789", null],
])("answers Range %s with %i", async (range, status, body, contentRange) => {
  const answer = await fetch(`${host.url}/v1/ten.bin`, { headers: { range } });
  expect([answer.status, await answer.text(), answer.headers.get("content-range")]).toEqual([
    status,
    body,
    contentRange,
  ]);
});

test("honours If-Range only when it matches", async () => {
  const etag = (await fetch(`${host.url}/v1/ten.bin`)).headers.get("etag") ?? "";
  const ask = (condition: string) =>
    fetch(`${host.url}/v1/ten.bin`, { headers: { range: "bytes=8-", "if-range": condition } });
  expect(await (await ask(etag)).text()).toBe("89");
  expect((await ask('"other"')).status).toBe(200);
});

test("HEAD has the headers and no body; other methods are refused", async () => {
  const answer = await fetch(`${host.url}/v1/ten.bin`, { method: "HEAD" });
  expect(answer.headers.get("content-length")).toBe("10");
  expect(await answer.text()).toBe("");
  expect((await fetch(host.url, { method: "POST" })).status).toBe(405);
});

test("sends large files no faster than it is told", async () => {
  await writeFile(dir.join("www/large.bin"), Buffer.alloc(80_000));
  host.bytesPerSecond = 200_000;
  const start = performance.now();
  expect((await (await fetch(`${host.url}/large.bin`)).arrayBuffer()).byteLength).toBe(80_000);
  expect(performance.now() - start).toBeGreaterThan(350);
});

test("faults of a prefix take turns, and heal", async () => {
  host.fault("/v1/", { kind: "status", status: 500 }, 1);
  host.fault("/v1/", { kind: "corrupt", at: 9 });
  const ask = async () => (await fetch(`${host.url}/v1/ten.bin`)).text();
  expect(await ask()).toBe("500\n");
  expect(await ask()).toBe("0123456788");
  expect(await (await fetch(`${host.url}/index.json`)).text()).toBe("{}");
  host.heal();
  expect(await ask()).toBe("0123456789");
});

test("redirects a prefix to another place", async () => {
  host.fault("/old", { kind: "redirect", to: `${host.url}/v1` });
  expect(await (await fetch(`${host.url}/old/ten.bin`)).text()).toBe("0123456789");
});

test.each([0, 4])("breaks the connection after %i bytes", async (after) => {
  host.fault("/v1/", { kind: "truncate", after });
  const answer = await fetch(`${host.url}/v1/ten.bin`);
  expect(answer.headers.get("content-length")).toBe("10");
  await expect(answer.text()).rejects.toThrow("terminated");
});

test("changes the ETag with every answer", async () => {
  host.fault("/v1/", { kind: "change-etag" });
  const etags = [await fetch(`${host.url}/v1/ten.bin`), await fetch(`${host.url}/v1/ten.bin`)].map((a) =>
    a.headers.get("etag"),
  );
  expect(new Set(etags).size).toBe(2);
});

test("closes what hangs when it ends", async () => {
  const other = await ReleaseHost.start({ root: dir.path });
  other.fault("/", { kind: "hang" });
  const hanging = fetch(`${other.url}/secret`);
  while (other.requests.length === 0) await new Promise((turn) => setTimeout(turn, 5));
  await other[Symbol.asyncDispose]();
  await expect(hanging).rejects.toThrow();
  expect(other.requests[0]?.status).toBeNull();
});
