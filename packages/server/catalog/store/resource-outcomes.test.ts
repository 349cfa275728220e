import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/index.ts";
import type { Package } from "../types.ts";
import { FeedPackages } from "./feed-packages.ts";
import type { Resource, ResourceKey } from "./resource.ts";
import { type Changed, ResourceOutcomes } from "./resource-outcomes.ts";
import { ResourceStore } from "./resource-store.ts";

let it: TestDatabase;
let store: ResourceStore;
let outcomes: ResourceOutcomes;
let feeds: FeedPackages;
beforeAll(async () => {
  it = await createTestDatabase({ connections: 8 });
  store = new ResourceStore(it.database);
  outcomes = new ResourceOutcomes(it.database);
  feeds = new FeedPackages(it.database);
});
afterAll(() => it[Symbol.asyncDispose]());

test("what is in a feed is what was last saved, and only what differs is written", async () => {
  const feed = await leased("feed-a");
  await outcomes.saveChanged(feed, content([one("a", "1"), one("b", "1"), one("c", "1")]));
  const before = await rowsOf(feed.id);
  const again = await leased("feed-a");
  await outcomes.saveChanged(again, content([one("a", "1"), one("b", "2"), { ...one("c", "1"), size: 7 }]));
  const after = await rowsOf(feed.id);
  expect(after.map(({ name, version, size }) => [name, version, size])).toEqual([
    ["a", "1", 1],
    ["b", "2", 1],
    ["c", "1", 7],
  ]);
  expect(after[0]?.ctid).toBe(before[0]?.ctid);
});

test("packages of several feeds that are the same are stored once, with all that is said of them", async () => {
  const whole: Package = {
    ...one("tricky", "1~2-r3"),
    description: "tab\tback\\slash\nnew line, ümlaut and \\N",
    depends: ["libc", "kernel=6.6~ab-r1"],
    conflicts: ["other"],
    provides: ["virtual=1"],
    abi: "2024",
    installedSize: 12,
  };
  const ids = [];
  for (const path of ["same-a", "same-b"]) {
    const feed = await leased(path);
    await outcomes.saveChanged(feed, content([whole]));
    ids.push(feed.id);
  }
  const { packages } = await feeds.whole(ids);
  expect(packages).toHaveLength(2);
  expect(packages[0]).toMatchObject({
    name: "tricky",
    version: "1~2-r3",
    description: whole.description,
    depends: "libc\nkernel=6.6~ab-r1",
    conflicts: "other",
    provides: "virtual=1",
    abi: "2024",
    size: 1,
    installed_size: 12,
  });
  const { rows } = await sql`select from package_release where name = 'tricky'`.execute(it.database.kysely);
  expect(rows).toHaveLength(1);
});

test("feeds that bring the same packages at once don't hold each other up for ever", async () => {
  const packages = Array.from({ length: 500 }, (_, i) => one(`shared-${i}`, "1"));
  const all = await Promise.all(Array.from({ length: 6 }, (_, i) => leased(`race-${i}`)));
  await Promise.all(
    all.map((feed, i) => outcomes.saveChanged(feed, content(i % 2 ? packages.toReversed() : packages))),
  );
  const { packages: saved } = await feeds.names(all.map(({ id }) => id));
  expect(saved).toHaveLength(3_000);
});

test("an abort between reading and committing leaves the old, whole", async () => {
  const feed = await leased("killed");
  await outcomes.saveChanged(feed, content([one("old", "1")], "11"));
  const again = await leased("killed");
  const blocker = await it.database.pool.connect();
  await blocker.query("begin; lock table package in exclusive mode");
  const kill = new AbortController();
  const saving = outcomes.saveChanged(again, content([one("new", "1")], "22"), kill.signal);
  saving.catch(() => undefined);
  await expect.poll(async () => (await blockedQueries()).length).toBe(1);
  kill.abort();
  await blocker.query("rollback");
  blocker.release();
  await expect(saving).rejects.toThrow();
  const [now] = await store.byIds([feed.id]);
  expect(now?.digest).toBe("11");
  expect((await rowsOf(feed.id)).map(({ name }) => name)).toEqual(["old"]);
});

test("a connection that is cut in the middle leaves the old, whole", async () => {
  const feed = await leased("cut");
  await outcomes.saveChanged(feed, content([one("old", "1")], "11"));
  const again = await leased("cut");
  const blocker = await it.database.pool.connect();
  await blocker.query("begin; lock table package in exclusive mode");
  const saving = outcomes.saveChanged(again, content([one("new", "1")], "22"));
  saving.catch(() => undefined);
  await expect.poll(async () => (await blockedQueries()).length).toBe(1);
  for (const pid of await blockedQueries()) await blocker.query("select pg_terminate_backend($1)", [pid]);
  await blocker.query("rollback");
  blocker.release();
  await expect(saving).rejects.toThrow();
  expect((await rowsOf(feed.id)).map(({ name }) => name)).toEqual(["old"]);
  const { rows } = await sql`select from package_release where name = 'new'`.execute(it.database.kysely);
  expect(rows).toEqual([]);
});

test("who has lost the lease saves nothing", async () => {
  const slow = await leased("slow");
  await sql`update resource set leased_until = now() - interval '1 s', tried_at = null where id = ${slow.id}`.execute(
    it.database.kysely,
  );
  const quick = await leased("slow");
  expect(quick.attempt).toBe(slow.attempt + 1);
  await outcomes.saveChanged(quick, content([one("new", "1")], "22"));
  expect(await outcomes.saveChanged(slow, content([one("old", "1")], "11"))).toBeNull();
  expect(
    await outcomes.saveFailed(slow, {
      code: "timeout",
      sentence: "late",
      upstreamStatus: null,
      dueIn: 1,
      forget: false,
    }),
  ).toBeNull();
  expect(await outcomes.saveUnchanged([{ resource: slow, validators: VALIDATORS, dueIn: 1 }])).toEqual([]);
  expect((await store.byIds([slow.id]))[0]).toMatchObject({ digest: "22", trouble: null });
});

test("a lease is one process's, and not to be had twice within the pause", async () => {
  const key = keyOf("leases");
  expect(await store.lease(key, 0)).toMatchObject({ leased: true, attempt: 1, digest: null });
  expect(await store.lease(key, 0)).toBeNull();
  const [row] = await store.find([key]);
  if (!row) throw new Error("it is there");
  await outcomes.saveFailed(row, { code: "timeout", sentence: "…", upstreamStatus: null, dueIn: 0, forget: false });
  expect(await store.lease(key, 60_000)).toBeNull();
  expect(await store.lease(key, 0)).toMatchObject({ attempt: 2, failures: 1 });
});

test("documents hold what JSON can, and upstream may write", async () => {
  const feed = await leased("document", "target");
  const document = { name: "nul \u0000 and half \ud800", __proto__: null, deep: [[["ü"]]] };
  await outcomes.saveChanged(feed, { ...content([]), content: { document } });
  const [stored] = await store.documents([feed.id]);
  expect(stored?.document).toEqual({ name: "nul \u0000 and half \ud800", deep: [[["ü"]]] });
});

test("what nobody wants for long goes, with packages that are in nothing else", async () => {
  const [kept, left] = [await leased("kept"), await leased("left")];
  await outcomes.saveChanged(kept, content([one("in-both", "1")]));
  await outcomes.saveChanged(left, content([one("in-both", "1"), one("only-left", "1")]));
  await sql`update resource set wanted_at = now() - interval '30 days' where id = ${left.id}`.execute(
    it.database.kysely,
  );
  const removed = await outcomes.removeUnwanted(28 * 86_400_000);
  expect(removed.resources).toBe(1);
  const { rows } = await sql<{ name: string }>`
    select name from package_release where name in ('in-both', 'only-left')`.execute(it.database.kysely);
  expect(rows).toEqual([{ name: "in-both" }]);
  expect(await rowsOf(left.id)).toEqual([]);
});

const VALIDATORS = {
  url: "http://mirror/file",
  etag: null,
  lastModified: null,
  file: "Packages",
  sha256: "",
  keyring: null,
};

function keyOf(path: string, kind: ResourceKey["kind"] = "index"): ResourceKey {
  return { distribution: "test", kind, path, branch: null, version: null };
}

async function leased(path: string, kind?: ResourceKey["kind"]): Promise<Resource> {
  const resource = await store.lease(keyOf(path, kind), 0);
  if (!resource) throw new Error(`${path} is leased`);
  return resource;
}

function content(packages: readonly Package[], digest = "00"): Changed {
  return {
    content: { document: { architecture: "x86_64", generation: "opkg" }, packages },
    validators: VALIDATORS,
    digest,
    size: 1,
    trust: "verified",
    dueIn: 1_000,
    discovered: [],
  };
}

function one(name: string, version: string): Package {
  const none = { description: null, installedSize: null, depends: [], conflicts: [], provides: [], abi: null };
  return { name, version, feed: "test", size: 1, ...none };
}

async function rowsOf(feedId: number) {
  const { rows } = await sql<{ name: string; version: string; size: number; ctid: string }>`
    select r.name, r.version, p.size, p.ctid::text from package p join package_release r on r.id = p.release_id
    where feed_id = ${feedId} order by name`.execute(it.database.kysely);
  return rows;
}

async function blockedQueries(): Promise<number[]> {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`.execute(
    it.database.kysely,
  );
  return rows.map(({ pid }) => pid);
}
