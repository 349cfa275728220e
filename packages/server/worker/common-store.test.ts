import { readdir, readFile, writeFile } from "node:fs/promises";
import { ObjectStore, TempDir } from "@pawl/testkit";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ServerConfig } from "../config/schema.ts";
import { openStore } from "../storage/index.ts";
import type { Store } from "../storage/types.ts";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { declareStore, ownsStore, requireCommonStore } from "./common-store.ts";

const log = pino({ level: "silent" });
const { signal } = new AbortController();
const taken = new AsyncDisposableStack();
let dir: TempDir;
let [one, other]: TestDatabase[] = [];
let objects: ObjectStore;
let elsewhere: ObjectStore;
let opened = 0;

beforeAll(async () => {
  dir = taken.use(await TempDir.create());
  one = taken.use(await createTestDatabase());
  other = taken.use(await createTestDatabase());
  objects = taken.use(await ObjectStore.start({ bucket: "pawl" }));
  elsewhere = taken.use(await ObjectStore.start({ bucket: "pawl" }));
});
afterAll(() => taken.disposeAsync());
beforeEach(async () => {
  opened++;
  for (const { kysely } of both()) await kysely.deleteFrom("build_store").execute();
});

function both() {
  if (!one || !other) throw new Error("there are no databases");
  return [one.database, other.database] as const;
}

function bucket({ url: endpoint, bucket, accessKeyId, secretAccessKey }: ObjectStore): Promise<Store> {
  const key = { access_key_id: accessKeyId, secret_access_key: secretAccessKey };
  const s3 = { endpoint, bucket, prefix: `${opened}/`, ...key };
  return openStore(ServerConfig.parse({ store: { s3 } }), { log, signal });
}

const folder = (name = "store") =>
  openStore(ServerConfig.parse({ store_dir: dir.join(`${name}-${opened}`) }), { log, signal });

describe.each([
  ["a folder", () => folder()],
  ["a bucket", () => bucket(objects)],
] as const)("%s", (_, open) => {
  test("is the database's that used it first, and no other's", async () => {
    const store = await open();
    const [first, second] = both();
    expect(await ownsStore(second.kysely, store, signal)).toBe(true);
    expect(await store.readMark(signal)).toBeNull();
    expect(await declareStore(first.kysely, store, log, signal)).toBe(true);
    expect(await declareStore(second.kysely, store, log, signal)).toBe(false);
    expect(await declareStore(first.kysely, await open(), log, signal)).toBe(true);
    expect(await ownsStore(first.kysely, store, signal)).toBe(true);
    expect(await ownsStore(second.kysely, store, signal)).toBe(false);
  });

  test("has one id, though servers use it first at the same time", async () => {
    const [{ kysely }] = both();
    const stores = await Promise.all([open(), open(), open()]);
    await Promise.all(stores.map((store) => declareStore(kysely, store, log, signal)));
    expect(await kysely.selectFrom("build_store").select("place").execute()).toHaveLength(1);
    for (const store of stores) await requireCommonStore(kysely, store, log, signal);
  });
});

test("a bucket of that name on another server is another store, and isn't marked by who only looks", async () => {
  const [{ kysely }] = both();
  await declareStore(kysely, await bucket(objects), log, signal);
  await requireCommonStore(kysely, await bucket(objects), log, signal);
  const wrong = await bucket(elsewhere);
  await expect(requireCommonStore(kysely, wrong, log, signal)).rejects.toMatchObject({ code: "store_failed" });
  expect(await wrong.readMark(signal)).toBeNull();
});

test("a folder that only had an id keeps it", async () => {
  const [{ kysely }] = both();
  const store = await folder("old");
  await writeFile(`${store.place}/.store-id`, "0123\n");
  expect(await declareStore(kysely, store, log, signal)).toBe(true);
  expect(await readFile(`${store.place}/.store-id`, "latin1")).toMatch(/^0123 \d+-\d+\n$/);
  expect((await readdir(store.place)).sort()).toEqual([".incoming", ".removed", ".store-id"]);
});

test("while a bucket is away, a worker with the servers' place is let in, and another one isn't", async () => {
  const [{ kysely }] = both();
  const away = await openStore(
    ServerConfig.parse({
      store: { s3: { endpoint: "http://127.0.0.1:9", bucket: "pawl", access_key_id: "a", secret_access_key: "b" } },
    }),
    { log, signal },
  );
  await kysely.insertInto("build_store").values({ id: "s3:0123", place: away.place }).execute();
  await requireCommonStore(kysely, away, log, signal);
  await kysely.updateTable("build_store").set({ place: "s3://another/" }).execute();
  await expect(requireCommonStore(kysely, away, log, signal)).rejects.toMatchObject({ code: "store_unavailable" });
});
