import { access, readdir } from "node:fs/promises";
import { TempDir } from "@pawl/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FileHost } from "../../catalog/upstream/testing/file-host.ts";
import { createLog } from "../../log/log.ts";
import { ProxyThread } from "./index.ts";
import { through } from "./testing/through.ts";

const PREFIX = "https://downloads.openwrt.org";
const never = new AbortController().signal;
let dir: TempDir;
let host: FileHost;
let lines: string[];
let thread: ProxyThread;
let count = 0;

beforeAll(async () => {
  dir = await TempDir.create();
  host = await FileHost.start({ "/p/a.ipk": "a package" });
  lines = [];
  const log = createLog({ level: "info", human: false, destination: { write: (line) => lines.push(line) } });
  thread = new ProxyThread({ cacheDir: dir.join("cache"), limits: { fileBytes: 1_000 } }, log);
});
afterAll(async () => {
  await thread[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

function open(signal = never, socketPath = dir.join(`${count++}.sock`)) {
  const routes = [{ prefix: PREFIX, upstream: host.url, mayBePrivate: true }];
  return thread.open({ routes, socketPath, user: null, signal });
}

test("what it fetches is what upstream has, and its failures are known as soon as they are answered", async () => {
  await using proxy = await open();
  expect(proxy.insideUrl(`${PREFIX}/p/a.ipk`, 1234)).toBe("http://127.0.0.1:1234/0/p/a.ipk");
  expect((await through(proxy.socket, "/0/p/a.ipk")).body.toString()).toBe("a package");
  for (let i = 1; i <= 50; i++) {
    expect((await through(proxy.socket, `/0/p/${i}.ipk`)).status).toBe(404);
    expect(proxy.failures).toHaveLength(i);
  }
  expect(proxy.failures[0]).toMatchObject({ url: `${PREFIX}/p/1.ipk`, status: 404 });
});

test("each build has its own routes, limits, and failures", async () => {
  await using one = await open();
  await using other = await open();
  host.files.set("/p/large.ipk", (_, response) => response.writeHead(200, { "content-length": 2_000 }).end());
  expect((await through(one.socket, "/0/p/large.ipk")).status).toBe(403);
  expect([one.failures.length, other.failures.length]).toEqual([1, 0]);
});

test("it ends with its build's signal, and with its disposal", async () => {
  const build = new AbortController();
  const ended = await open(build.signal);
  build.abort();
  await expect.poll(() => access(ended.socket).catch(() => "gone")).toBe("gone");
  await ended[Symbol.asyncDispose]();
  const disposed = await open();
  await disposed[Symbol.asyncDispose]();
  await disposed[Symbol.asyncDispose]();
  await expect(access(disposed.socket)).rejects.toThrow("ENOENT");
  await expect(open(build.signal)).rejects.toThrow("aborted");
});

test("where it can't listen that is the worker's failure, and the next one can", async () => {
  await expect(open(never, dir.join("no-such-folder", "s"))).rejects.toMatchObject({ code: "worker_failed" });
  await using proxy = await open();
  expect((await through(proxy.socket, "/0/p/a.ipk")).status).toBe(200);
});

test("what the thread has to say is in the log of its process", async () => {
  host.files.set("/p/cached.ipk", (_, response) => response.writeHead(200, { etag: '"1"' }).end("cached"));
  const before = await kept();
  await using proxy = await open();
  await through(proxy.socket, "/0/p/cached.ipk");
  await expect.poll(kept).toBe(before + 1);
  host.files.set("/p/cached.ipk", (_, response) => response.writeHead(503).end());
  expect((await through(proxy.socket, "/0/p/cached.ipk")).body.toString()).toBe("cached");
  await expect.poll(() => lines.join("")).toContain("served from the cache");
  expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ level: "warn", part: "proxy", url: `${PREFIX}/p/cached.ipk` });
});

/** How many files the cache has. */
async function kept(): Promise<number> {
  const names = await readdir(dir.join("cache")).catch(() => []);
  return names.filter((name) => !name.startsWith(".")).length;
}

test("after its end nobody waits for it", async () => {
  const mortal = new ProxyThread({ cacheDir: null, limits: {} }, createLog({ level: "silent" }));
  const proxy = await mortal.open({ routes: [], socketPath: dir.join("mortal.sock"), user: null, signal: never });
  await mortal[Symbol.asyncDispose]();
  expect((await through(proxy.socket, "/0/p/a.ipk")).status).toBe(0);
  await proxy[Symbol.asyncDispose]();
  await using next = await mortal.open({ routes: [], socketPath: dir.join("next.sock"), user: null, signal: never });
  expect((await through(next.socket, "/0/p/a.ipk")).status).toBe(403);
  await mortal[Symbol.asyncDispose]();
});
