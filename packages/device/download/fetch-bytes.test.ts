import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { gzipSync } from "node:zlib";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type FetchOptions, fetchBytes } from "./fetch-bytes.ts";

let dir: TempDir;
let host: ReleaseHost;
beforeEach(async () => {
  dir = await TempDir.create();
  await writeFile(dir.join("ten"), "0123456789");
  host = await ReleaseHost.start({ root: dir.path });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

const never = new AbortController().signal;
const fetchTen = (options: Partial<FetchOptions> = {}) =>
  fetchBytes(`${host.url}/ten?token=secret`, { maxBytes: 10, timeoutMs: 5000, signal: never, ...options });

test("reads a file whole", async () => {
  const { status, bytes, headers, url } = await fetchTen();
  expect([status, Buffer.from(bytes).toString(), headers.get("content-length")]).toEqual([200, "0123456789", "10"]);
  expect(url).toBe(`${host.url}/ten?token=secret`);
});

test("an unchanged file is an answer for those who asked for changes, and a fault for others", async () => {
  const etag = (await fetchTen()).headers.get("etag") ?? "";
  const unchanged = await fetchTen({ headers: { "If-None-Match": etag } });
  expect([unchanged.status, unchanged.bytes.length]).toEqual([304, 0]);
  host.fault("/ten", { kind: "status", status: 304 });
  await expect(fetchTen()).rejects.toMatchObject({ code: "host_error" });
});

test.each([
  [404, {}, "not_found", 1],
  [410, {}, "not_found", 1],
  [400, {}, "host_error", 1],
  [401, {}, "host_error", 1],
  [403, {}, "host_error", 1],
  [429, {}, "rate_limited", 1],
  [500, {}, "host_error", 1],
  [502, {}, "host_error", 3],
  [503, {}, "host_error", 3],
  [504, {}, "host_error", 3],
  [503, { "retry-after": "60" }, "host_error", 1],
])("status %i %j becomes %s after %i requests", async (status, headers, code, requests) => {
  host.fault("/ten", { kind: "status", status, headers: headers as Record<string, string> });
  const error = await fetchTen().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code, fields: { detail: `HTTP ${status}` } });
  expect(String(error)).toContain(new URL(host.url).host);
  expect(String(error)).not.toContain("secret");
  expect(host.requests).toHaveLength(requests);
});

test("says when a host that limits requests may be asked again", async () => {
  const reset = Math.ceil(Date.now() / 1000) + 600;
  host.fault("/ten", { kind: "rate-limit", reset });
  const retry_at = new Date(reset * 1000).toISOString();
  await expect(fetchTen()).rejects.toMatchObject({ code: "rate_limited", message: expect.stringContaining(retry_at) });
  host.heal();
  host.fault("/ten", { kind: "rate-limit", retryAfter: 60 });
  const error = await fetchTen().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "rate_limited", fields: { retry_at: expect.stringMatching(/Z$/) } });
});

test.each([{ kind: "truncate", after: 4 } as const, { kind: "status", status: 503 } as const])(
  "gets over two passing troubles: $kind",
  async (fault) => {
    host.fault("/ten", fault, 2);
    expect((await fetchTen()).bytes).toHaveLength(10);
    expect(host.requests).toHaveLength(3);
  },
);

test("a host that always breaks off is offline after three tries", async () => {
  host.fault("/ten", { kind: "truncate", after: 4 });
  await expect(fetchTen()).rejects.toMatchObject({ code: "offline" });
  expect(host.requests).toHaveLength(3);
});

test("the caller's signal ends it with the caller's reason: before, during, between tries", async () => {
  const reason = new Error("enough");
  await expect(fetchTen({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  expect(host.requests).toHaveLength(0);
  for (const fault of [{ kind: "hang" }, { kind: "slow-loris" }, { kind: "status", status: 503 }] as const) {
    host.heal();
    host.fault("/ten", fault);
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 100);
    await expect(fetchTen({ signal: controller.signal })).rejects.toBe(reason);
  }
});

test.each([
  ["hang", { idleMs: 100 }, "sent nothing for"],
  ["hang", { timeoutMs: 100 }, "didn't finish its answer within"],
  ["slow-loris", { idleMs: 100 }, "sent nothing for"],
  ["slow-loris", { idleMs: 2000, timeoutMs: 1300 }, "didn't finish its answer within"],
] as const)("%s ends with %j", async (kind, options, reason) => {
  host.fault("/ten", { kind });
  await expect(fetchTen(options)).rejects.toMatchObject({ code: "offline", message: expect.stringContaining(reason) });
});

test("refuses a longer answer, whether it says so or not", async () => {
  await expect(fetchTen({ maxBytes: 9 })).rejects.toMatchObject({ code: "too_large" });
  host.fault("/ten", { kind: "oversize" });
  await expect(fetchTen({ maxBytes: 1_000_000 })).rejects.toMatchObject({ code: "too_large" });
});

test("counts what a compressed answer unpacks to", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(Buffer.alloc(1_000_000)));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  try {
    const asked = fetchBytes(`http://127.0.0.1:${port}/`, { maxBytes: 10_000, timeoutMs: 5000, signal: never });
    await expect(asked).rejects.toMatchObject({ code: "too_large" });
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test("an endless redirect body and an endless error body are never read", async () => {
  const server = createServer((request, response) => {
    const isMoved = request.url === "/moved";
    response.writeHead(isMoved ? 404 : 302, isMoved ? {} : { location: "/moved" });
    const timer = setInterval(() => response.write("x".repeat(1000)), 1);
    response.on("close", () => clearInterval(timer));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  try {
    const asked = fetchBytes(`http://127.0.0.1:${port}/`, { maxBytes: 10_000, timeoutMs: 5000, signal: never });
    await expect(asked).rejects.toMatchObject({ code: "not_found" });
  } finally {
    // Ends only when the client has let go of both connections.
    await new Promise((closed) => server.close(closed));
  }
});

test("names the host that can't be reached, but no password", async () => {
  const closed = createTcpServer();
  await new Promise<void>((listening) => closed.listen(0, "127.0.0.1", listening));
  const { port } = closed.address() as AddressInfo;
  await new Promise((done) => closed.close(done));
  const refused = fetchBytes(`http://me:secret@127.0.0.1:${port}/x?secret`, {
    maxBytes: 1,
    timeoutMs: 5000,
    signal: never,
  });
  const error = await refused.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "offline", message: expect.stringContaining(`127.0.0.1:${port} refuses`) });
  expect(String(error)).not.toContain("secret");

  const unknown = fetchBytes("http://no-such-host.invalid/", { maxBytes: 1, timeoutMs: 5000, signal: never });
  await expect(unknown).rejects.toMatchObject({
    code: "offline",
    message: expect.stringContaining("no-such-host.invalid"),
  });
});
