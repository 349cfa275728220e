import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ObjectStore } from "@pawl/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ServerConfig } from "../config/schema.ts";
import { openStore } from "./index.ts";
import { BUILD, bytesOf, IMAGE, OTHER, Workbench } from "./testing/workbench.ts";
import type { Store } from "./types.ts";

const signal = new AbortController().signal;
const log = pino({ level: "silent" });
const taken = new AsyncDisposableStack();
let bench: Workbench;
let objects: ObjectStore;
let stores = 0;

beforeAll(async () => {
  bench = taken.use(await Workbench.create());
  objects = taken.use(await ObjectStore.start());
});
afterAll(() => taken.disposeAsync());

/** An empty one, as the configuration names it. */
const opened = {
  local: () => openStore(ServerConfig.parse({ state_dir: bench.dir.join(`state-${stores++}`) }), { log, signal }),
  s3: () => {
    const { url: endpoint, bucket, accessKeyId: access_key_id, secretAccessKey: secret_access_key } = objects;
    const s3 = { endpoint, bucket, prefix: `pawl/${stores++}/`, access_key_id, secret_access_key };
    return openStore(ServerConfig.parse({ store: { s3 } }), { log, signal });
  },
};

/** What holds for every store. */
describe.each(["local", "s3"] as const)("a store (%s):", (kind) => {
  let store: Store;
  beforeEach(async () => {
    store = await opened[kind]();
  });

  const put = async (build = BUILD, files = bench.files()) => ({ build, ...(await store.put(build, files, signal)) });
  const list = async () =>
    (await Array.fromAsync(store.builds()))
      .map(({ build, copy, bytes }) => ({ build, copy, bytes }))
      .sort((a, b) => a.bytes - b.bytes);

  describe("a build that was put", () => {
    test("is told with the sizes and sums of what the store gives back", async () => {
      const stored = await put();
      expect(stored.files.map(({ name, size }) => [name, size])).toEqual([
        [IMAGE, 1_500_001],
        ["a.manifest", 10],
        ["empty", 0],
      ]);
      for (const { name, sha256, size } of stored.files) {
        const found = await store.read(stored, name, { sha256 });
        expect(found).toMatchObject({ kind: "bytes", size });
        if (found?.kind === "bytes") await found.stream.cancel();
        const bytes = await bytesOf(store, stored, name, { sha256 });
        expect(sha256Of(bytes ?? Buffer.of(1))).toBe(sha256);
      }
      expect((await bytesOf(store, stored, IMAGE))?.equals(bench.image)).toBe(true);
    });

    test("is read in parts", async () => {
      const stored = await put();
      for (const [start, end] of [
        [0, 0],
        [1_500_000, 1_500_000],
        [262_143, 262_144],
        [5, 1_400_000],
        [1_499_990, 9_999_999],
      ] as const) {
        const part = await bytesOf(store, stored, IMAGE, { range: { start, end }, sha256: "of the whole" });
        expect(part?.equals(bench.image.subarray(start, end + 1)), `${start} to ${end}`).toBe(true);
      }
      const found = await store.read(stored, IMAGE, { range: { start: 3, end: 4 } });
      expect(found).toMatchObject({ kind: "bytes", size: 1_500_001 });
      if (found?.kind === "bytes") await found.stream.cancel();
    });

    test("stays as it is when somebody puts other files for the same build later", async () => {
      const first = await put();
      const second = await put(BUILD, [bench.made("manifest", IMAGE)]);
      expect(second.copy).not.toBe(first.copy);
      expect((await bytesOf(store, first, IMAGE))?.equals(bench.image)).toBe(true);
      expect((await bytesOf(store, second, IMAGE))?.toString()).toBe("vim - 9.1\n");
      expect(await bytesOf(store, second, "a.manifest")).toBeNull();
      expect(await list()).toEqual([
        { build: BUILD, copy: second.copy, bytes: 10 },
        { build: BUILD, copy: first.copy, bytes: 1_500_011 },
      ]);
      await store.remove(BUILD, second.copy);
      expect(await bytesOf(store, second, IMAGE)).toBeNull();
      expect((await bytesOf(store, first, IMAGE))?.equals(bench.image)).toBe(true);
    });

    test("is whole for each of several who put it at once", async () => {
      const puts = await Promise.all([1, 2, 3, 4].map(() => put()));
      expect(new Set(puts.map(({ copy }) => copy)).size).toBe(4);
      expect(new Set(puts.map(({ files }) => JSON.stringify(files))).size).toBe(1);
      for (const one of puts) expect((await bytesOf(store, one, IMAGE))?.equals(bench.image)).toBe(true);
    });

    test("is listed with its bytes, and no longer after it was removed", async () => {
      const before = Date.now();
      const [first, second] = [await put(), await put(OTHER, [bench.made("manifest", "a+b_c.manifest")])];
      expect(await list()).toEqual([
        { build: OTHER, copy: second.copy, bytes: 10 },
        { build: BUILD, copy: first.copy, bytes: 1_500_011 },
      ]);
      for (const { changedAt } of await Array.fromAsync(store.builds())) {
        expect(Math.abs(changedAt.getTime() - before)).toBeLessThan(60_000);
      }
      await store.remove(BUILD);
      await store.remove(BUILD);
      await store.remove(BUILD, first.copy);
      expect(await list()).toEqual([{ build: OTHER, copy: second.copy, bytes: 10 }]);
      expect(await bytesOf(store, first, "empty")).toBeNull();
      expect((await bytesOf(store, second, "a+b_c.manifest"))?.toString()).toBe("vim - 9.1\n");
    });
  });

  describe("nothing is kept", () => {
    test("of a build of which a file is missing", async () => {
      const files = [...bench.files(), bench.made("nothing")];
      await expect(store.put(BUILD, files, signal)).rejects.toMatchObject({ code: "store_failed" });
      expect(await list()).toEqual([]);
    });

    test("of one that is given up in the middle", async () => {
      const end = new AbortController();
      const putting = store.put(BUILD, bench.files(), end.signal);
      const why = new Error("nobody wants it");
      end.abort(why);
      await expect(putting).rejects.toBe(why);
      expect(await list()).toEqual([]);
    });

    test("by a name that isn't one", async () => {
      for (const name of ["", ".", "..", ".hidden", "a/b", "../a", "a\\b", "a b", "ä", "a\0", "a".repeat(256)]) {
        const putting = store.put(BUILD, [bench.made("image", name)], signal);
        await expect(putting, name).rejects.toMatchObject({ code: "store_failed" });
        expect(await store.read({ build: BUILD, copy: "0".repeat(16) }, name), name).toBeNull();
      }
      expect(await list()).toEqual([]);
    });

    test("of a build or a copy whose name isn't one", async () => {
      const copy = "0".repeat(16);
      for (const build of ["", "..", "0123", `${BUILD}/..`, BUILD.toUpperCase()]) {
        await expect(store.put(build, bench.files(), signal)).rejects.toMatchObject({ code: "store_failed" });
        await expect(store.remove(build)).rejects.toMatchObject({ code: "store_failed" });
        expect(await store.read({ build, copy }, "empty")).toBeNull();
      }
      for (const other of ["", "..", `${copy}/..`, "0123"]) {
        await expect(store.remove(BUILD, other)).rejects.toMatchObject({ code: "store_failed" });
        expect(await store.read({ build: BUILD, copy: other }, "empty")).toBeNull();
      }
    });

    test("of one with a name twice, or without files", async () => {
      const twice = [bench.made("image"), bench.made("empty", "image")];
      await expect(store.put(BUILD, twice, signal)).rejects.toThrow(/same name/);
      await expect(store.put(BUILD, [], signal)).rejects.toThrow(/without files/);
    });

    test("of a link, a folder, a pipe or a device among what was made", async () => {
      const odd = bench.dir.join(`odd-${kind}`);
      await mkdir(odd);
      await symlink("/etc/passwd", join(odd, "link"));
      await promisify(execFile)("mkfifo", [join(odd, "pipe")]);
      const paths = ["link", "pipe", "."].map((name) => join(odd, name));
      for (const path of [...paths, "/dev/zero"]) {
        const putting = store.put(BUILD, [{ name: "image", path }], signal);
        await expect(putting, path).rejects.toMatchObject({ code: "store_failed" });
      }
      expect(await list()).toEqual([]);
    });
  });
});

function sha256Of(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
