import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { systemClock } from "../system/clock.ts";
import type { Clock } from "../system/types.ts";
import { type Downloaded, type DownloadOptions, downloadFile } from "./download-file.ts";
import type { DownloadProgress } from "./transfer-meter.ts";

const CONTENT = randomBytes(300_000);
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");

let dir: TempDir;
let host: ReleaseHost;
let pauses: number[];
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("www"));
  await writeFile(dir.join("www/app.tar.gz"), CONTENT);
  host = await ReleaseHost.start({ root: dir.join("www") });
  pauses = [];
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** The real clock, but nobody waits between two connections. */
const impatient: Clock = {
  ...systemClock,
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    pauses.push(ms);
  },
};

function download(options: Partial<DownloadOptions> = {}): Promise<Downloaded> {
  return downloadFile({
    url: `${host.url}/app.tar.gz`,
    to: dir.join("downloads/app.tar.gz"),
    size: CONTENT.length,
    sha256: SHA256,
    clock: impatient,
    signal: new AbortController().signal,
    ...options,
  });
}

const files = async () => (await readdir(dir.join("downloads"))).sort();
const ranges = () => host.requests.map(({ headers }) => headers.range ?? null);
const offsets = () => ranges().map((range) => Number(/\d+/.exec(range ?? "0")?.[0]));
const isWhole = async () => (await readFile(dir.join("downloads/app.tar.gz"))).equals(CONTENT);

/** Leaves a part file of some bytes, as a call does that was ended in the middle. */
async function leavePart(bytes: number): Promise<void> {
  host.fault("/app.tar.gz", { kind: "truncate", after: bytes }, 1);
  await expect(download({ maxResumes: 0 })).rejects.toMatchObject({ code: "offline" });
  expect(await files()).toEqual(["app.tar.gz.part", "app.tar.gz.part.json"]);
  // How much of it arrived before the connection broke is chance.
  await writeFile(dir.join("downloads/app.tar.gz.part"), CONTENT.subarray(0, bytes));
  host.requests.length = 0;
}

test("§6 install, download: streams a file to its place and leaves nothing beside it", async () => {
  const told: DownloadProgress[] = [];
  await download({ onProgress: (progress) => told.push(progress), headers: { "User-Agent": "pawl/1" } });
  expect(await isWhole()).toBe(true);
  expect(await files()).toEqual(["app.tar.gz"]);
  expect(told[0]).toEqual({ doneBytes: 0, totalBytes: CONTENT.length, bytesPerSecond: null });
  expect(told.at(-1)).toMatchObject({ doneBytes: CONTENT.length, totalBytes: CONTENT.length });
  expect(host.requests).toHaveLength(1);
  expect(host.requests[0]?.headers).toMatchObject({ "user-agent": "pawl/1", "accept-encoding": "identity" });
});

test("takes a finished file without network, and a damaged one anew", async () => {
  await download();
  await download();
  expect(host.requests).toHaveLength(1);
  await writeFile(dir.join("downloads/app.tar.gz"), Buffer.alloc(CONTENT.length));
  await download();
  expect(host.requests).toHaveLength(2);
  expect(await isWhole()).toBe(true);
});

test("downloads an empty file", async () => {
  await writeFile(dir.join("www/empty"), "");
  const sha256 = createHash("sha256").digest("hex");
  await download({ url: `${host.url}/empty`, size: 0, sha256 });
  expect((await stat(dir.join("downloads/app.tar.gz"))).size).toBe(0);
});

test("resumes broken connections within one call, where each one stopped", async () => {
  host.fault("/app.tar.gz", { kind: "truncate", after: 100_000 }, 2);
  await download();
  expect(await isWhole()).toBe(true);
  const [, second = 0, third = 0] = offsets();
  expect(second).toBeGreaterThan(0);
  expect(third).toBeGreaterThan(second);
  const etag = (await fetch(`${host.url}/app.tar.gz`, { method: "HEAD" })).headers.get("etag");
  expect(host.requests.slice(0, 3)).toMatchObject([
    { status: 200 },
    { status: 206, headers: { range: `bytes=${second}-`, "if-range": etag } },
    { status: 206, headers: { range: `bytes=${third}-`, "if-range": etag } },
  ]);
});

test("bad input: gives up after five resumes, with longer and longer pauses, and keeps what it has", async () => {
  host.fault("/app.tar.gz", { kind: "truncate", after: 1000 });
  await expect(download()).rejects.toMatchObject({ code: "offline" });
  expect(host.requests).toHaveLength(6);
  for (const [at, pause] of pauses.entries()) {
    expect(pause).toBeGreaterThanOrEqual(500 * 2 ** at);
    expect(pause).toBeLessThanOrEqual(1000 * 2 ** at);
  }
  host.heal();
  const { size } = await stat(dir.join("downloads/app.tar.gz.part"));
  await download();
  expect(offsets().at(-1)).toBe(size);
  expect(await isWhole()).toBe(true);
});

test("gets over a gateway that is restarting, but not over a missing file", async () => {
  host.fault("/app.tar.gz", { kind: "status", status: 503 }, 2);
  await download();
  expect(host.requests).toHaveLength(3);
  await expect(download({ url: `${host.url}/gone`, to: dir.join("downloads/gone") })).rejects.toMatchObject({
    code: "not_found",
  });
  expect(host.requestsTo("/gone")).toHaveLength(1);
});

test("§6 install, download: resumes what an earlier call left, and counts it as done", async () => {
  await leavePart(120_000);
  const told: DownloadProgress[] = [];
  await download({ onProgress: (progress) => told.push(progress) });
  expect(host.requests).toMatchObject([{ status: 206, headers: { range: "bytes=120000-" } }]);
  expect(told[0]?.doneBytes).toBe(120_000);
  expect(await isWhole()).toBe(true);
  expect(await files()).toEqual(["app.tar.gz"]);
});

test("resumes by Last-Modified where the host has no ETag", async () => {
  const when = "Sun, 01 Mar 2026 12:00:00 GMT";
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer(({ headers }, response) => {
    asked.push(headers);
    const from = Number(/\d+/.exec(headers.range ?? "")?.[0]);
    if (from) {
      const range = { "content-range": `bytes ${from}-${CONTENT.length - 1}/${CONTENT.length}` };
      return response.writeHead(206, range).end(CONTENT.subarray(from));
    }
    response.writeHead(200, { etag: 'W/"weak"', "last-modified": when, "content-length": CONTENT.length });
    response.write(CONTENT.subarray(0, 1000));
    // The connection breaks as soon as what was sent is on the disk.
    const isKept = () =>
      stat(dir.join("downloads/app.tar.gz.part")).then(
        ({ size }) => size > 0,
        () => false,
      );
    vi.waitUntil(isKept, { timeout: 20_000 }).finally(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await download({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  } finally {
    server.close();
  }
  expect(asked.map((headers) => headers["if-range"])).toEqual([undefined, when]);
  expect(await isWhole()).toBe(true);
});

test("finishes without network what was whole but not yet in its place", async () => {
  await leavePart(120_000);
  await writeFile(dir.join("downloads/app.tar.gz.part"), CONTENT);
  await download();
  expect(host.requests).toHaveLength(0);
  expect(await files()).toEqual(["app.tar.gz"]);
});

test.each(["ignore-range", "change-etag"] as const)(
  "starts over when the host answers with the whole file: %s",
  async (kind) => {
    await leavePart(120_000);
    host.fault("/app.tar.gz", { kind });
    await download();
    expect(host.requests).toMatchObject([{ status: 200, headers: { range: "bytes=120000-" } }]);
    expect(await isWhole()).toBe(true);
  },
);

test("starts over when the host refuses the range", async () => {
  await leavePart(120_000);
  host.fault("/app.tar.gz", { kind: "refuse-range" });
  await download();
  expect(ranges()).toEqual(["bytes=120000-", null]);
  expect(await isWhole()).toBe(true);
});

test("starts over once when what an earlier call left is damaged", async () => {
  await leavePart(120_000);
  await writeFile(dir.join("downloads/app.tar.gz.part"), Buffer.alloc(120_000));
  await download();
  expect(ranges()).toEqual(["bytes=120000-", null]);
  expect(await isWhole()).toBe(true);
});

test.each([
  [
    "a sidecar of another release",
    JSON.stringify({ url: "http://x/", etag: '"1"', last_modified: null, size: 1, sha256: "0" }),
  ],
  ["a damaged sidecar", "{"],
])("doesn't resume with %s", async (_, sidecar) => {
  await leavePart(120_000);
  await writeFile(dir.join("downloads/app.tar.gz.part.json"), sidecar);
  await download();
  expect(ranges()).toEqual([null]);
  expect(await isWhole()).toBe(true);
});

test("keeps no secrets of the address on disk", async () => {
  host.fault("/app.tar.gz", { kind: "truncate", after: 1000 });
  const url = `${host.url.replace("//", "//me:secret@")}/app.tar.gz?token=secret`;
  await expect(download({ url, maxResumes: 0 })).rejects.toMatchObject({ code: "offline" });
  expect(await readFile(dir.join("downloads/app.tar.gz.part.json"), "utf8")).not.toContain("secret");
});

test.each([0, 150_000, 299_999])("removes a file with another byte at %i", async (at) => {
  host.fault("/app.tar.gz", { kind: "corrupt", at });
  const error = await download().catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "hash_mismatch", fields: { detail: expect.stringContaining(SHA256) } });
  expect(host.requests).toHaveLength(1);
  expect(await files()).toEqual([]);
});

test("a corrupt rest is tried once more as a whole, and then it is the host's fault", async () => {
  await leavePart(120_000);
  host.fault("/app.tar.gz", { kind: "corrupt", at: 200_000 });
  await expect(download()).rejects.toMatchObject({ code: "hash_mismatch" });
  expect(ranges()).toEqual(["bytes=120000-", null]);
  expect(await files()).toEqual([]);
});

test("refuses a file longer or shorter than its release says, before reading it", async () => {
  await expect(download({ size: CONTENT.length - 1 })).rejects.toMatchObject({ code: "too_large" });
  await expect(download({ size: CONTENT.length + 1 })).rejects.toMatchObject({ code: "hash_mismatch" });
  expect(await files()).toEqual([]);
});

test("never writes more than the size, whatever keeps coming", async () => {
  host.fault("/app.tar.gz", { kind: "oversize" });
  await expect(download()).rejects.toMatchObject({ code: "too_large" });
  expect(await files()).toEqual([]);
});

test("a file that ends early without a word of its length is asked for again", async () => {
  let requests = 0;
  const server = createServer((_, response) => {
    // Closed at its end, without Content-Length: nothing but the size tells that it isn't whole.
    response.writeHead(200, { connection: "close", "transfer-encoding": "identity" });
    response.end(requests++ === 0 ? CONTENT.subarray(0, 1000) : CONTENT);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    await download({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  } finally {
    server.close();
  }
  expect(requests).toBe(2);
  expect(await isWhole()).toBe(true);
});

test("refuses a web page and a re-encoded file", async () => {
  host.fault("/app.tar.gz", { kind: "html" });
  await expect(download()).rejects.toMatchObject({ code: "host_error", message: expect.stringContaining("web page") });
  const server = createServer((_, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(CONTENT));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const asked = download({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
    await expect(asked).rejects.toMatchObject({ code: "host_error", message: expect.stringContaining("re-encodes") });
  } finally {
    server.close();
  }
});

test("bad input: a host that falls silent is offline", async () => {
  host.fault("/app.tar.gz", { kind: "hang" });
  await expect(download({ stallMs: 100, maxResumes: 1 })).rejects.toMatchObject({ code: "offline" });
  expect(host.requests).toHaveLength(2);
});

test("bad input: one byte a second ends, though it never falls silent", async () => {
  host.fault("/app.tar.gz", { kind: "slow-loris" });
  const slow = download({ minimumRateWindowMs: 500, maxResumes: 1 });
  await expect(slow).rejects.toMatchObject({ code: "offline", fields: { detail: "too slow" } });
  expect(ranges()).toEqual([null, "bytes=2-"]);
});

test("ends with the caller's reason, and a later call goes on", async () => {
  host.bytesPerSecond = 400_000;
  const controller = new AbortController();
  const reason = new Error("cancelled by its owner");
  const onProgress = ({ doneBytes }: DownloadProgress) => {
    if (doneBytes > 50_000) controller.abort(reason);
  };
  await expect(download({ signal: controller.signal, onProgress })).rejects.toBe(reason);
  const { size } = await stat(dir.join("downloads/app.tar.gz.part"));
  expect(size).toBeGreaterThan(50_000);
  host.bytesPerSecond = undefined;
  await download();
  expect(ranges()).toEqual([null, `bytes=${size}-`]);
  expect(await isWhole()).toBe(true);
});

test("ends while it waits between two connections", async () => {
  host.fault("/app.tar.gz", { kind: "status", status: 503 });
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error("enough")), 100);
  await expect(download({ clock: systemClock, signal: controller.signal })).rejects.toThrow("enough");
});

test("survives being killed in the middle of a download", async () => {
  host.bytesPerSecond = 400_000;
  const script = `
    import { downloadFile } from ${JSON.stringify(fileURLToPath(new URL("./download-file.ts", import.meta.url)))};
    import { systemClock } from ${JSON.stringify(fileURLToPath(new URL("../system/clock.ts", import.meta.url)))};
    const options = JSON.parse(process.argv[1]);
    const onProgress = ({ doneBytes }) => process.stdout.write(doneBytes + "\\n");
    await downloadFile({ ...options, clock: systemClock, onProgress, signal: new AbortController().signal });
  `;
  const to = dir.join("downloads/app.tar.gz");
  const options = JSON.stringify({ url: `${host.url}/app.tar.gz`, to, size: CONTENT.length, sha256: SHA256 });
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once("exit", (_, signal) => resolve(signal)));
  child.stdout.on("data", (lines: Buffer) => {
    if (
      lines
        .toString()
        .split("\n")
        .some((line) => Number(line) > 50_000)
    )
      child.kill("SIGKILL");
  });
  expect(await ended).toBe("SIGKILL");
  const { size } = await stat(`${to}.part`);
  host.bytesPerSecond = undefined;
  await download();
  expect(ranges()).toEqual([null, `bytes=${size}-`]);
  expect(await isWhole()).toBe(true);
});
