import { mkdir, writeFile } from "node:fs/promises";
import { get as httpGet } from "node:http";
import { FaultyStore, ObjectStore, type StoreFault, type StoreRequest, TempDir } from "@pawl/testkit";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { storeRoutes } from "../../builds/store-routes.ts";
import type { Builds } from "../../builds/types.ts";
import { ServerConfig } from "../../config/schema.ts";
import { assemble } from "../../http/assemble.ts";
import { listen } from "../../http/listen.ts";
import { BUILD, bytesOf, IMAGE, OTHER, Workbench } from "../testing/workbench.ts";
import type { Store } from "../types.ts";
import type { S3Config } from "./config.ts";
import { openS3Store, type S3StoreOptions } from "./index.ts";

const signal = new AbortController().signal;
const SECRET = "S3RVER";
const lines: string[] = [];
const log = pino({ level: "debug" }, { write: (line: string) => void lines.push(line) });
/** Nothing is claimed of how long anything takes: only pauses are short. */
const TIMES = { connect: 20_000, idle: 20_000, open: 30_000, small: 30_000, file: 60_000, pause: 20 };
/** For stores that never answer; for those that do, long enough. */
const HASTY = { ...TIMES, idle: 1_000 };

const taken = new AsyncDisposableStack();
let bench: Workbench;
let dir: TempDir;
let objects: ObjectStore;
let between: FaultyStore;
let store: Store;
let hasty: Store;

beforeAll(async () => {
  bench = taken.use(await Workbench.create());
  dir = taken.use(await TempDir.create());
  objects = taken.use(await ObjectStore.start({ dir: dir.path }));
  between = taken.use(await FaultyStore.start({ target: objects.url }));
  store = await open();
  hasty = await open({}, {}, { times: HASTY });
});
afterEach(async () => {
  between.heal();
  await store.remove(BUILD);
  lines.length = 0;
});
afterAll(() => taken.disposeAsync());

function open(
  over: Partial<S3Config> = {},
  environment: NodeJS.ProcessEnv = {},
  { page, times = TIMES }: Pick<S3StoreOptions, "page" | "times"> = {},
): Promise<Store> {
  const key = { access_key_id: objects.accessKeyId, secret_access_key: objects.secretAccessKey };
  const s3 = { endpoint: between.url, bucket: objects.bucket, prefix: "images/", ...key, ...over };
  const config = ServerConfig.parse({ store: { s3 } }).store.s3;
  if (config === null) throw new Error("no store");
  return openS3Store({ config, log, environment, times, ...(page && { page }) });
}

const put = async (into = store) => ({ build: BUILD, ...(await into.put(BUILD, bench.files(), signal)) });
const storeFor = ({ kind }: StoreFault) => (kind === "hang" ? hasty : store);
const isPutOfImage = ({ method, path }: StoreRequest) => method === "PUT" && path.endsWith(IMAGE);
const isGetOfImage = ({ method, path }: StoreRequest) => method === "GET" && path.endsWith(IMAGE);

describe("a put is made good", () => {
  test.each<[string, typeof isPutOfImage, StoreFault]>([
    ["that the store had no time for", isPutOfImage, { kind: "status", status: 503, code: "SlowDown" }],
    ["that the store has lost", isPutOfImage, { kind: "lose" }],
    ["that was altered on its way", isPutOfImage, { kind: "alter" }],
    ["whose connection broke", isPutOfImage, { kind: "reset" }],
    ["that was never answered", isPutOfImage, { kind: "hang" }],
    ["that is read back altered", isGetOfImage, { kind: "alter" }],
    ["of which half is read back", isGetOfImage, { kind: "cut", after: 700_000 }],
    ["that can't be read back at once", isGetOfImage, { kind: "status", status: 500 }],
  ])("%s", async (_which, which, fault) => {
    between.fault(which, fault, 1);
    const stored = await put(storeFor(fault));
    expect((await bytesOf(store, stored, IMAGE))?.equals(bench.image)).toBe(true);
  });
});

describe("of a build nothing is kept, and it is said why,", () => {
  test.each<[string, StoreFault, string, RegExp]>([
    ["has no time for it", { kind: "status", status: 503, code: "SlowDown" }, "store_unavailable", /too much to do/],
    ["always loses it", { kind: "lose" }, "store_failed", /has lost a-squashfs-sysupgrade.bin, which it said/],
    ["always alters it", { kind: "alter" }, "store_failed", /something else for a-squashfs-sysupgrade.bin/],
    ["never answers", { kind: "hang" }, "store_unavailable", /doesn't answer in time/],
    ["always hangs up", { kind: "reset" }, "store_unavailable", /can't be reached/],
    ["is full", { kind: "status", status: 507 }, "store_full", /is full/],
    ["doesn't allow it", { kind: "status", status: 403, code: "AccessDenied" }, "store_failed", /doesn't allow this/],
    [
      "finds the secret wrong",
      { kind: "status", status: 403, code: "SignatureDoesNotMatch" },
      "store_failed",
      /secret is/,
    ],
    [
      "has another time",
      { kind: "status", status: 403, code: "RequestTimeTooSkewed" },
      "store_unavailable",
      /clocks differ/,
    ],
  ])("when the store %s", async (_what, fault, code, words) => {
    between.fault(isPutOfImage, fault);
    const failure = await put(storeFor(fault)).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, message: expect.stringMatching(words) });
    between.heal();
    expect(await Array.fromAsync(store.builds())).toEqual([]);
  });

  test("when whoever builds it is told to stop, however the store is", async () => {
    between.fault(isPutOfImage, { kind: "hang" });
    const end = new AbortController();
    const putting = store.put(BUILD, bench.files(), end.signal);
    await expect.poll(() => between.requests.some(isPutOfImage)).toBe(true);
    end.abort(new Error("fenced"));
    await expect(putting).rejects.toThrow("fenced");
    expect(await Array.fromAsync(store.builds())).toEqual([]);
  });

  test("when the store is gone, and what it has left is found later", async () => {
    between.fault(isPutOfImage, { kind: "status", status: 403, code: "AccessDenied" });
    between.fault("DELETE", { kind: "status", status: 403, code: "AccessDenied" });
    await expect(put()).rejects.toMatchObject({ code: "store_failed" });
    between.heal();
    const [left, ...others] = await Array.fromAsync(store.builds());
    expect([left?.build, left?.bytes, others]).toEqual([BUILD, 10, []]);
    await store.remove(BUILD, left?.copy);
    expect(await Array.fromAsync(store.builds())).toEqual([]);
  });
});

describe("a download", () => {
  test("goes on where the store breaks off, and a reader sees nothing of it", async () => {
    const stored = await put();
    const sha256 = stored.files[0]?.sha256;
    between.fault(isGetOfImage, { kind: "cut", after: 300_000 }, 3);
    expect((await bytesOf(store, stored, IMAGE, { sha256 }))?.equals(bench.image)).toBe(true);
    between.fault(isGetOfImage, { kind: "cut", after: 100 }, 1);
    const range = { start: 1_000, end: 900_000 };
    expect((await bytesOf(store, stored, IMAGE, { range }))?.equals(bench.image.subarray(1_000, 900_001))).toBe(true);
  });

  test("of a store that is slow takes its time", async () => {
    const stored = await put();
    between.fault(isGetOfImage, { kind: "slow", bytesPerSecond: 6_000_000 });
    expect((await bytesOf(store, stored, IMAGE))?.equals(bench.image)).toBe(true);
  });

  test("by somebody who is slower than the store waits goes on", async () => {
    const stored = await put();
    const found = await hasty.read(stored, IMAGE);
    if (found?.kind !== "bytes") throw new Error("not there");
    await new Promise((resolve) => setTimeout(resolve, 1.5 * HASTY.idle));
    expect(Buffer.from(await new Response(found.stream).arrayBuffer()).equals(bench.image)).toBe(true);
  });

  test("ends before its end where the bytes aren't what they were, and the operator is told", async () => {
    const stored = await put();
    const sha256 = stored.files[0]?.sha256 ?? "";
    between.fault(isGetOfImage, { kind: "alter" });
    await expect(bytesOf(store, stored, IMAGE, { sha256 })).rejects.toThrow(/bytes come to/);
    expect(lines.join("")).toContain("the store broke off a file");
  });

  test("is given up where the store never comes back", async () => {
    const stored = await put();
    between.fault(isGetOfImage, { kind: "cut", after: 0 });
    await expect(bytesOf(store, stored, IMAGE)).rejects.toThrow();
    between.heal();
    between.fault(isGetOfImage, { kind: "hang" });
    const impatient = await open({}, {}, { times: { ...TIMES, open: 200 } });
    await expect(impatient.read(stored, IMAGE)).rejects.toMatchObject({ code: "store_unavailable" });
    await expect(store.read(stored, IMAGE, { signal: AbortSignal.abort(new Error("gone")) })).rejects.toThrow("gone");
  });

  test("by address is 503 while the store is away, breaks off where it is wrong, and is elsewhere where others may fetch it", async () => {
    const stored = await put();
    const away = await open({ public_url: "https://images.example.org/pawl" });
    const [file] = stored.files;
    const builds: Pick<Builds, "file"> = {
      file: async (place) => (file ? { ...file, build: BUILD, copy: stored.copy, isImmutable: place === BUILD } : null),
    };
    const config = ServerConfig.parse({ listen: "127.0.0.1:0" });
    const routes = [store, away].map((one) => storeRoutes({ builds: builds as Builds, store: one, log }));
    const [here, there] = await Promise.all(routes.map((one) => listen(assemble([one], log), config, log)));
    await using _ = here;
    await using __ = there;
    const ask = (port: number | undefined, place: string) =>
      new Promise<{ status: number | undefined; location: string | undefined; bytes: number; isWhole: boolean }>(
        (resolve, reject) => {
          httpGet({ port, path: `/store/${place}/${IMAGE}`, agent: false }, (response) => {
            let bytes = 0;
            response.on("data", (chunk: Buffer) => {
              bytes += chunk.length;
            });
            response.once("error", () => undefined);
            response.once("close", () => {
              const { statusCode: status, complete: isWhole, headers } = response;
              resolve({ status, location: headers.location, bytes, isWhole });
            });
          }).once("error", reject);
        },
      );
    expect(await ask(here?.port, BUILD)).toMatchObject({ status: 200, bytes: bench.image.length, isWhole: true });
    const location = `https://images.example.org/pawl/images/${BUILD}/${stored.copy}/${IMAGE}`;
    expect(await ask(there?.port, BUILD)).toMatchObject({ status: 302, location });
    expect(await ask(there?.port, "hash")).toMatchObject({ status: 200, bytes: bench.image.length });
    between.fault(isGetOfImage, { kind: "alter" });
    const wrong = await ask(here?.port, BUILD);
    expect([wrong.status, wrong.isWhole, wrong.bytes < bench.image.length]).toEqual([200, false, true]);
    between.heal();
    between.fault(isGetOfImage, { kind: "reset" });
    expect(await ask(here?.port, BUILD)).toMatchObject({ status: 503 });
  });
});

describe("a store that is opened", () => {
  test("is told in the log when it can't be used, and works as soon as it can", async () => {
    between.fault("GET", { kind: "status", status: 500 });
    const opened = await open();
    expect(lines.join("")).toContain("the store can't be used now");
    between.heal();
    expect(await Array.fromAsync(opened.builds())).toEqual([]);
  });

  test.each<[string, Partial<S3Config>, RegExp]>([
    ["its bucket isn't there", { bucket: "another" }, /bucket doesn't exist/],
    ["the key is unknown", { access_key_id: "wrong" }, /doesn't know the key/],
    ["nobody is there", { endpoint: "http://127.0.0.1:9" }, /can't be reached/],
  ])("says that %s", async (_what, over, words) => {
    const opened = await open(over);
    expect(lines.join("")).toMatch(words);
    const putting = opened.put(BUILD, [bench.made("manifest")], signal);
    await expect(putting).rejects.toThrow(words);
  });

  test("takes its key from the environment where the configuration has none, and wants one", async () => {
    const none = { access_key_id: null, secret_access_key: null };
    const fromEnvironment = await open(none, { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: SECRET });
    await fromEnvironment.put(BUILD, [bench.made("manifest")], signal);
    await expect(open(none)).rejects.toMatchObject({ code: "config_invalid", message: /AWS_ACCESS_KEY_ID/ });
    await expect(open({ access_key_id: null })).rejects.toMatchObject({ code: "config_invalid" });
  });

  test("has neither key nor secret in the log, whatever goes wrong", async () => {
    const opened = await open({ access_key_id: "AKIAEXAMPLE", secret_access_key: "verysecret" });
    await opened.put(BUILD, bench.files(), signal).catch((err: unknown) => log.error({ err }, "failed"));
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join("")).not.toMatch(/verysecret|AKIAEXAMPLE|Signature=/);
    expect(opened.place).toBe("s3://pawl/images/");
  });

  test("is listed over all its pages, without what others have put beside it", async () => {
    const copy = "0".repeat(16);
    const folders = [`images/${BUILD}/${copy}`, `images/${OTHER}/${copy}`, "images/others", "elsewhere"];
    for (const folder of folders) {
      const path = dir.join("pawl", folder);
      await mkdir(path, { recursive: true });
      for (let n = 0; n < 3; n++) await writeFile(`${path}/file-${n}._S3rver_object`, "12345");
    }
    const paged = await open({}, {}, { page: 2 });
    expect(await Array.fromAsync(paged.builds())).toMatchObject([
      { build: BUILD, copy, bytes: 15 },
      { build: OTHER, copy, bytes: 15 },
    ]);
    await paged.remove(BUILD);
    await paged.remove(OTHER, copy);
    expect(await Array.fromAsync(paged.builds())).toEqual([]);
  });
});
