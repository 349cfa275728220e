import { randomBytes } from "node:crypto";
import { readdir, readlink, rm, writeFile } from "node:fs/promises";
import { type ClientRequest, get as httpGet, type IncomingMessage } from "node:http";
import { TempDir } from "@pawl/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ServerConfig } from "../config/schema.ts";
import { assemble } from "../http/assemble.ts";
import { listen } from "../http/listen.ts";
import { openLocalStore } from "../storage/local/index.ts";
import type { Store } from "../storage/types.ts";
import { storeRoutes } from "./store-routes.ts";
import type { Builds, StoredFile } from "./types.ts";

const BUILD = "0123456789abcdef0123456789abcdef";
const HASH = "ab".repeat(32);
const IMAGE = "openwrt-24.10.5-squashfs-sysupgrade.bin";
const log = pino({ level: "silent" });

const taken = new AsyncDisposableStack();
let image: Buffer;
let dir: TempDir;
let store: Store;
let files: readonly StoredFile[];
let copy: string;
let url: string;
/** What the next read is answered with, instead. */
let elsewhere: string | null = null;
let reads = 0;

beforeAll(async () => {
  dir = taken.use(await TempDir.create());
  image = randomBytes(8_000_001);
  await writeFile(dir.join("image"), image);
  await writeFile(dir.join("log"), "make\n");
  store = await openLocalStore({ dir: dir.join("store"), log });
  const made = [
    { name: IMAGE, path: dir.join("image") },
    { name: "build.log", path: dir.join("log") },
  ];
  const put = await store.put(BUILD, made, new AbortController().signal);
  files = put.files;
  copy = put.copy;
  const builds: Pick<Builds, "file"> = {
    async file(place, name) {
      const file = files.find((one) => one.name === name);
      return file && (place === BUILD || place === HASH)
        ? { ...file, build: BUILD, copy, isImmutable: place === BUILD }
        : null;
    },
  };
  const store_ = Object.assign(Object.create(store) as Store, {
    read: (...asked: Parameters<Store["read"]>) => {
      reads++;
      const [, , options] = asked;
      return elsewhere && options?.mayRedirect
        ? Promise.resolve({ kind: "elsewhere", url: elsewhere })
        : store.read(...asked);
    },
  });
  const config = ServerConfig.parse({ listen: "127.0.0.1:0" });
  const routes = storeRoutes({ builds: builds as Builds, store: store_, log });
  const listening = taken.use(await listen(assemble([routes], log), config, log));
  url = `http://127.0.0.1:${listening.port}`;
});
afterAll(() => taken.disposeAsync());

async function ask(path: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(url + path, { headers, method, redirect: "manual" });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** Past `fetch`, which tidies addresses. */
async function askRaw(path: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { hostname, port } = new URL(url);
  httpGet({ hostname, port, path, agent: false }, resolve).on("error", reject);
  return promise;
}

async function openFiles(): Promise<number> {
  const links = (await readdir("/proc/self/fd")).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ""));
  return (await Promise.all(links)).filter((path) => path.startsWith(dir.path)).length;
}

describe("an image", () => {
  test("is downloaded whole, with its length, as bytes and nothing else", async () => {
    const { status, headers, bytes } = await ask(`/store/${BUILD}/${IMAGE}`, { "accept-encoding": "gzip, br" });
    expect(status).toBe(200);
    expect(bytes.equals(image)).toBe(true);
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-length": String(image.length),
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${IMAGE}"`,
      "x-content-type-options": "nosniff",
      "access-control-allow-origin": "*",
      "accept-ranges": "bytes",
      "cache-control": "public, max-age=31536000, immutable",
      etag: `"${files[0]?.sha256}"`,
    });
    expect(headers.has("transfer-encoding") || headers.has("content-encoding")).toBe(false);
  });

  test("by a dialect's hash has to be asked about each time", async () => {
    const { headers, bytes } = await ask(`/store/${HASH}/${IMAGE}`);
    expect([headers.get("cache-control"), bytes.equals(image)]).toEqual(["no-cache", true]);
  });

  test("has its headers by HEAD, and no body", async () => {
    const { status, headers, bytes } = await ask(`/store/${BUILD}/${IMAGE}`, { range: "bytes=0-1" }, "HEAD");
    expect([status, headers.get("content-length"), bytes.length]).toEqual([200, String(image.length), 0]);
    expect(headers.has("transfer-encoding")).toBe(false);
    expect(await openFiles()).toBe(0);
  });

  test("is served from an address with two slashes", async () => {
    expect((await ask(`/store//${BUILD}//${IMAGE}`)).status).toBe(200);
  });

  test("isn't posted to", async () => {
    expect((await ask(`/store/${BUILD}/${IMAGE}`, {}, "POST")).status).toBe(405);
  });

  test("is elsewhere where the store says so, for who asks by a build's id", async () => {
    elsewhere = "https://bucket.example.org/x?signature=1";
    const { status, headers } = await ask(`/store/${BUILD}/${IMAGE}`);
    const byHash = await ask(`/store/${HASH}/${IMAGE}`);
    elsewhere = null;
    expect([byHash.status, byHash.bytes.length]).toEqual([200, image.length]);
    expect([status, headers.get("location"), headers.get("cache-control")]).toEqual([
      302,
      "https://bucket.example.org/x?signature=1",
      "no-store",
    ]);
  });

  test.each([
    ["the same", (tag: string) => tag, 304],
    ["one of several", (tag: string) => `"x", W/${tag}`, 304],
    ["any", () => "*", 304],
    ["another", () => '"x"', 200],
  ])("that the asker has (%s) is not sent again", async (_which, tag, status) => {
    const etag = `"${files[0]?.sha256}"`;
    const answer = await ask(`/store/${BUILD}/${IMAGE}`, { "if-none-match": tag(etag), range: "bytes=0-0" });
    expect([answer.status, answer.headers.get("etag")]).toEqual([status === 200 ? 206 : status, etag]);
  });
});

describe("a part of an image", () => {
  test.each([
    ["bytes=0-0", 0, 0],
    ["bytes=7000000-", 7_000_000, 8_000_000],
    ["bytes=-500", 7_999_501, 8_000_000],
    ["bytes=262143-262145", 262_143, 262_145],
    ["bytes=100-99999999", 100, 8_000_000],
  ])("%s", async (range, start, end) => {
    const { status, headers, bytes } = await ask(`/store/${BUILD}/${IMAGE}`, { range });
    expect([status, headers.get("content-range"), headers.get("content-length")]).toEqual([
      206,
      `bytes ${start}-${end}/8000001`,
      String(end - start + 1),
    ]);
    expect(bytes.equals(image.subarray(start, end + 1))).toBe(true);
  });

  test("that isn't there is 416, with the length", async () => {
    const { status, headers } = await ask(`/store/${BUILD}/${IMAGE}`, { range: "bytes=8000001-" });
    expect([status, headers.get("content-range")]).toEqual([416, "bytes */8000001"]);
  });

  test("of what has changed meanwhile is the whole", async () => {
    const range = "bytes=5-9";
    const etag = `"${files[0]?.sha256}"`;
    const statuses = [];
    for (const begun of [etag, '"another"', `W/${etag}`, "Sat, 21 Nov 2026 10:00:00 GMT"]) {
      statuses.push((await ask(`/store/${BUILD}/${IMAGE}`, { range, "if-range": begun })).status);
    }
    expect(statuses).toEqual([206, 200, 200, 200]);
  });

  test("with several at once is the whole", async () => {
    const { status, bytes } = await ask(`/store/${BUILD}/${IMAGE}`, { range: "bytes=0-1,5-6" });
    expect([status, bytes.length]).toEqual([200, image.length]);
  });
});

test.each([
  `/store/${BUILD}/nothing`,
  `/store/${"0".repeat(32)}/${IMAGE}`,
  `/store/${BUILD}`,
  `/store/${BUILD}/`,
  `/store/${BUILD}/../${BUILD}/${IMAGE}x`,
  `/store/${BUILD}/..%2f${BUILD}%2f${IMAGE}`,
  `/store/..%2f..%2fetc/passwd`,
  `/store/${BUILD}/%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd`,
  `/store/${BUILD}/..%5c..%5cetc`,
  `/store/%2e%2e/%2e%2e/etc/passwd`,
  `/store/${BUILD}/${IMAGE}%00`,
  `/store/${BUILD}/%ff%fe`,
  `/store/${BUILD}/%`,
  `/store/.incoming/${IMAGE}`,
  `/store/${BUILD}/.hidden`,
  `/store/__proto__/constructor`,
  `/store/${BUILD}/constructor`,
])("%s is 404", async (path) => {
  const response = await askRaw(path);
  response.resume();
  expect(response.statusCode).toBe(404);
});

test("a build's log is there under the name that clients of 2020 ask for", async () => {
  expect((await ask(`/store/${HASH}/buildlog.txt`)).bytes.toString()).toBe("make\n");
});

test("whoever stops in the middle of a download leaves no file open", async () => {
  const { promise, resolve } = Promise.withResolvers<ClientRequest>();
  const request = httpGet(`${url}/store/${BUILD}/${IMAGE}`, { agent: false }, (response) => {
    response.once("data", () => {
      response.pause();
      resolve(request);
    });
  }).on("error", () => undefined);
  await promise;
  // What nobody reads isn't read from the disk either: the file stays open until somebody goes on or goes away.
  expect(await openFiles()).toBe(1);
  request.destroy();
  await expect.poll(openFiles).toBe(0);
});

test("whoever goes before the answer has begun leaves no file open", async () => {
  const before = reads;
  for (let count = 0; count < 10; count++) {
    const request = httpGet(`${url}/store/${BUILD}/${IMAGE}`, { agent: false }).on("error", () => undefined);
    // As soon as it is sent.
    request.once("finish", () => request.destroy());
  }
  await expect.poll(() => reads - before).toBeGreaterThan(0);
  await expect.poll(openFiles).toBe(0);
});

test("what the store has lost is 404", async () => {
  await rm(dir.join("store", "01", BUILD, copy, "build.log"));
  expect((await ask(`/store/${BUILD}/build.log`)).status).toBe(404);
  await writeFile(dir.join("store", "01", BUILD, copy, "build.log"), "shorter");
  expect((await ask(`/store/${BUILD}/build.log`)).status).toBe(404);
  await expect.poll(openFiles).toBe(0);
});
