import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ReleaseHost, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../system/clock.ts";
import type { Advance } from "../update/progress.ts";
import { DownloadsFolder } from "./downloads.ts";

const CONTENT = randomBytes(1_000_000);
const SHA256 = createHash("sha256").update(CONTENT).digest("hex");
const signal = new AbortController().signal;

let dir: TempDir;
let host: ReleaseHost;
beforeEach(async () => {
  dir = await TempDir.create();
  await mkdir(dir.join("www"));
  await writeFile(dir.join("www/app.tar.gz"), CONTENT);
  host = await ReleaseHost.start({ root: dir.join("www") });
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

/** The real clock, but nobody waits between two connections. */
const clock = { ...systemClock, sleep: async () => undefined };
const folder = () => new DownloadsFolder({ dir: dir.join("downloads"), keys: [], headers: async () => ({}), clock });
const fetchUnstated = (
  size: number | null,
  { url = `${host.url}/app.tar.gz`, advance = (_: Advance) => {}, stop = signal } = {},
) => folder().fetchUnstated(url, size, advance, stop);
const files = async () => (await readdir(dir.join("downloads"))).sort();
const bundle = () => readFile(dir.join("downloads", `${SHA256}.bundle`));
const ranges = () => host.requests.map(({ headers }) => headers.range ?? null);

/** Fetches until some bytes are there, then its process is told to stop. Gives the name of what it leaves. */
async function interrupted(size: number | null): Promise<string> {
  host.bytesPerSecond = 250_000;
  const controller = new AbortController();
  const advance = (at: Advance) => "doneBytes" in at && at.doneBytes > 20_000 && controller.abort(new Error("stop"));
  await expect(fetchUnstated(size, { advance, stop: controller.signal })).rejects.toThrow("stop");
  host.bytesPerSecond = undefined;
  host.requests.length = 0;
  return (await files()).find((name) => name.endsWith(".part")) ?? "none";
}

test.each([CONTENT.length, null])(
  "a bundle of unstated hash and size %s gets the name of the hash it has",
  async (size) => {
    const told: Advance[] = [];
    const got = await fetchUnstated(size, { advance: (advance) => told.push(advance) });
    expect(got).toEqual({ bytes: CONTENT.length, sha256: SHA256 });
    expect((await bundle()).equals(CONTENT)).toBe(true);
    expect(await files()).toEqual([`${SHA256}.bundle`]);
    expect(told.at(-1)).toMatchObject({ doneBytes: CONTENT.length, totalBytes: CONTENT.length });
  },
);

test.each([CONTENT.length, null])(
  "one that was interrupted goes on where it stopped, its size stated as %s",
  async (size) => {
    const part = await interrupted(size);
    expect(part).toMatch(/^[0-9a-f]{32}\.unstated\.part$/);
    const { length } = await readFile(dir.join("downloads", part));
    const { bytes, sha256 } = await fetchUnstated(size);
    expect(ranges()).toEqual([`bytes=${length}-`]);
    expect([bytes, sha256]).toEqual([CONTENT.length - length, SHA256]);
    expect(await files()).toEqual([`${SHA256}.bundle`]);
  },
);

test("survives a power cut while downloading: bytes that weren't on the disk for certain don't count", async () => {
  const part = await interrupted(null);
  const sidecar = dir.join("downloads", `${part}.json`);
  const said = JSON.parse(await readFile(sidecar, "utf8"));
  await writeFile(sidecar, JSON.stringify({ ...said, safe: 10_000 }));
  // What a file system shows after a power cut: the length is right, the content isn't.
  await truncate(dir.join("downloads", part), 10_000);
  await truncate(dir.join("downloads", part), 200_000);
  expect((await fetchUnstated(null)).sha256).toBe(SHA256);
  expect(ranges()).toEqual(["bytes=10000-"]);
});

test("one that was whole but not yet in its place asks whether it is still the same", async () => {
  const part = await interrupted(null);
  const sidecar = dir.join("downloads", `${part}.json`);
  const said = JSON.parse(await readFile(sidecar, "utf8"));
  await writeFile(dir.join("downloads", part), CONTENT);
  await writeFile(sidecar, JSON.stringify({ ...said, safe: CONTENT.length }));
  expect((await fetchUnstated(null)).sha256).toBe(SHA256);
  expect(ranges()).toEqual([`bytes=${CONTENT.length - 1}-`]);
});

test("another file under the same address isn't mixed with what is there of the first", async () => {
  await interrupted(null);
  const other = randomBytes(200_000);
  await writeFile(dir.join("www/app.tar.gz"), other);
  const { sha256 } = await fetchUnstated(null);
  expect(sha256).toBe(createHash("sha256").update(other).digest("hex"));
});

test.each([CONTENT.length - 1, CONTENT.length + 1])(
  "a file that isn't %i bytes, as it was listed, has moved",
  async (size) => {
    await expect(fetchUnstated(size)).rejects.toMatchObject({ code: "release_moved" });
    expect(await files()).toEqual([]);
  },
);

test("never takes more than the size that was listed, whatever keeps coming", async () => {
  host.fault("/app.tar.gz", { kind: "oversize" });
  await expect(fetchUnstated(CONTENT.length)).rejects.toMatchObject({ code: "release_moved" });
});

test("a file that says it has more than 4 GB is refused before it is read", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-length": String(5 * 1024 ** 3) }).flushHeaders();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await expect(fetchUnstated(null, { url })).rejects.toMatchObject({ code: "too_large" });
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("a file whose length nobody ever says is taken when its host ends it", async () => {
  const server = createServer((_, response) => {
    response.write(CONTENT.subarray(0, 1000));
    response.end(CONTENT.subarray(1000));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    expect(await fetchUnstated(null, { url })).toEqual({ bytes: CONTENT.length, sha256: SHA256 });
  } finally {
    server.close();
  }
});

test("the manifest that is kept with it doesn't remove it, but everything else goes", async () => {
  await mkdir(dir.join("downloads"));
  await writeFile(dir.join("downloads", `${"a".repeat(64)}.bundle`), "another release's");
  const { sha256 } = await fetchUnstated(null);
  expect(await files()).toEqual([`${SHA256}.bundle`]);
  await folder().keep({ bytes: Buffer.from("{}"), signature: null, bundle: sha256 });
  expect(await files()).toEqual([`${SHA256}.bundle`, "manifest.json"].sort());
});
