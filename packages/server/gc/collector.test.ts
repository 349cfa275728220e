import { createHash } from "node:crypto";
import { utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { TempDir } from "@pawl/testkit";
import { sql } from "kysely";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BuildError } from "../builders/types.ts";
import { askFor, type BuildHouse, openBuildHouse, somethingNew } from "../builds/testing/build-house.ts";
import { until } from "../builds/testing/until.ts";
import type { Build, BuildAsk, BuildInputs } from "../builds/types.ts";
import { ServerError } from "../error.ts";
import type { Worker } from "../worker/worker.ts";
import { alone } from "./alone.ts";
import { Collector, type CollectorOptions } from "./collector.ts";
import { forgetAliases } from "./removing.ts";

const HOUR = 3_600_000;
const MB = 1024 * 1024;
const signal = new AbortController().signal;
let house: BuildHouse;
let worker: Worker;
let dir: TempDir;

beforeAll(async () => {
  house = await openBuildHouse();
  worker = await house.startWorker({ parallel: 4 });
  dir = await TempDir.create();
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await house.database.kysely.deleteFrom("build").execute();
  await house.database.kysely.deleteFrom("build_alias").execute();
  for await (const { build } of house.store.builds()) await house.store.remove(build);
});

function open(over: Partial<CollectorOptions> = {}): Collector {
  const { database, store } = house;
  const log = pino({ level: "silent" });
  const settings = { budget: 1024 * MB, every: HOUR, upkeep: async () => {}, ownsStore: async () => true };
  return new Collector({ database, store, clock: () => new Date(), log, ...settings, ...over });
}

async function collect(over: Partial<CollectorOptions> = {}, dryRun = false) {
  await using collector = open(over);
  // Awaited here: it ends with its collector.
  return await collector.collect({ dryRun }, signal);
}

async function built(inputs: Partial<BuildInputs> = {}, ask: Partial<BuildAsk> = {}): Promise<Build> {
  const { build } = await house.builds.ask(askFor(somethingNew(inputs), ask));
  return until(house.builds, build.id, "done", "failed");
}

/** As if everything of it had been so many hours earlier; it expires, and was used, so many hours ago. */
async function age(id: string, of: { expires?: number; used?: number; bytes?: number; version?: string }) {
  const hours = (n: number) => sql<Date>`now() - ${n} * interval '1 hour'`;
  await house.database.kysely
    .updateTable("build")
    .set({
      finished_at: hours(100),
      ...(of.expires !== undefined && { expires_at: hours(of.expires) }),
      ...(of.used !== undefined && { used_at: hours(of.used) }),
      ...(of.bytes !== undefined && { bytes: of.bytes }),
      ...(of.version !== undefined && { version: of.version }),
    })
    .where("id", "=", id)
    .execute();
}

async function rows(): Promise<string[]> {
  const found = await house.database.kysely.selectFrom("build").select("id").orderBy("id").execute();
  return found.map(({ id }) => id);
}

async function stored(): Promise<string[]> {
  return (await Array.fromAsync(house.store.builds())).map(({ build }) => build).sort();
}

const imageOf = (build: Build) => build.result?.images[0]?.name ?? "";
const alias = (hash: string) => ({ alias: { dialect: "asu-v1", hash, request: {} } });

test("what isn't kept any longer goes with files, log and names; a dry run says so and changes nothing", async () => {
  const [old, kept] = await Promise.all([built({}, alias("old")), built({}, alias("kept"))]);
  await age(old.id, { expires: 2 });
  const said = await collect({}, true);
  expect(said).toMatchObject({ dryRun: true, removed: [{ reason: "expired", count: 1 }], aliases: 0 });
  expect(said.listed).toMatchObject([{ build: old.id, reason: "expired", about: "24.10.5 ath79/generic" }]);
  expect((await stored()).length).toBe(2);
  const report = await collect();
  expect(report).toEqual({ ...said, dryRun: false, aliases: 1 });
  expect(report.removed[0]?.bytes).toBe(old.result?.files.reduce((sum, { size }) => sum + size, 0));
  expect(await rows()).toEqual([kept.id]);
  expect(await stored()).toEqual([kept.id]);
  expect(await house.builds.byAlias("asu-v1", "old")).toBeNull();
  expect((await house.builds.byAlias("asu-v1", "kept"))?.build.id).toBe(kept.id);
  const logs = await house.database.kysely.selectFrom("build_log").select("build").execute();
  expect(new Set(logs.map(({ build }) => build))).toEqual(new Set([kept.id]));
  expect(await collect()).toMatchObject({ removed: [], aliases: 0 });
});

test("builds with a first-boot script are counted, and in no list", async () => {
  const build = await built({ defaults: "echo secret" });
  await age(build.id, { expires: 2 });
  expect(await collect()).toMatchObject({ removed: [{ reason: "expired", count: 1 }], listed: [] });
});

test("failures and what nobody wants go, too, and what waits and runs stays", async () => {
  house.builder.failures.push(new BuildError("too_big", "It is too large."));
  const failed = await built();
  expect(failed.state).toBe("failed");
  using _held = house.builder.hold();
  const { build: running } = await house.builds.ask(askFor(somethingNew()));
  await until(house.builds, running.id, "running");
  const { build: withdrawn } = await house.builds.ask(askFor(somethingNew(), { secret: "5".repeat(32) }));
  await until(house.builds, withdrawn.id, "running");
  await house.builds.withdraw(withdrawn.id, "5".repeat(32));
  await age(failed.id, { expires: 2 });
  await age(withdrawn.id, { expires: 2 });
  await age(running.id, { expires: 2 });
  expect((await collect()).removed.map(({ reason, count }) => [reason, count])).toEqual([
    ["failed", 1],
    ["withdrawn", 1],
  ]);
  expect(await rows()).toEqual([running.id]);
  await house.clear();
});

describe("what is too much for the budget", () => {
  test("has its time ended, snapshots first, and goes minutes later unless somebody has wanted it", async () => {
    const [release, snapshot, wanted, fresh] = await Promise.all([built(), built(), built(), built()]);
    await age(release.id, { used: 9, bytes: 4 * MB });
    await age(snapshot.id, { used: 2, bytes: 4 * MB, version: "24.10-SNAPSHOT" });
    await age(wanted.id, { used: 5, bytes: 4 * MB, version: "SNAPSHOT" });
    await age(fresh.id, { used: 0.5, bytes: 4 * MB, version: "SNAPSHOT" });
    const budget = { budget: 9 * MB };
    expect(await collect(budget, true)).toMatchObject({ evicted: { count: 2, bytes: 8 * MB }, kept: 8 * MB });
    expect(await collect(budget)).toMatchObject({ removed: [], evicted: { count: 2, bytes: 8 * MB }, kept: 8 * MB });
    expect((await stored()).length).toBe(4);
    // Nobody is told any more that it is there; who was told a moment ago still fetches it.
    expect(await house.builds.file(snapshot.id, imageOf(snapshot))).not.toBeNull();
    expect((await house.builds.byId(snapshot.id))?.expiresAt?.getTime()).toBeLessThanOrEqual(Date.now());
    await house.database.kysely
      .updateTable("build")
      .set({ expires_at: sql<Date>`now() - interval '4 minutes'` })
      .where("evicted_at", "is not", null)
      .execute();
    await age(wanted.id, { used: 0 });
    expect((await collect(budget)).removed).toEqual([{ reason: "over_budget", count: 1, bytes: 4 * MB }]);
    expect(await rows()).toEqual([release.id, wanted.id, fresh.id].sort());
  });

  test("stays when all of it is in use", async () => {
    const build = await built();
    await age(build.id, { used: 0.1, bytes: 5 * MB });
    expect(await collect({ budget: 1 })).toMatchObject({ evicted: { count: 0 }, kept: 5 * MB, removed: [] });
  });
});

describe("never", () => {
  test("goes what somebody lengthens at that moment", async () => {
    const build = await built();
    await age(build.id, { expires: 2 });
    await house.database.kysely.transaction().execute(async (asking) => {
      // As whoever asks for the same does.
      await asking.selectFrom("build").select("id").where("id", "=", build.id).forUpdate().execute();
      expect(await collect()).toMatchObject({ removed: [] });
      const until = sql<Date>`now() + interval '1 hour'`;
      await asking.updateTable("build").set({ expires_at: until }).where("id", "=", build.id).execute();
    });
    expect(await collect()).toMatchObject({ removed: [] });
    expect(await stored()).toEqual([build.id]);
  });

  test("breaks a download off that has begun, and none begins that couldn't end", async () => {
    const build = await built();
    const [copy, name] = [build.result?.copy ?? null, imageOf(build)];
    const found = await house.store.read({ build: build.id, copy }, name);
    if (found?.kind !== "bytes") throw new Error("not there");
    await using elsewhere = await house.openBuilds();
    expect(await elsewhere.builds.file(build.id, name)).not.toBeNull();
    await age(build.id, { expires: 2 });
    await collect();
    const bytes = Buffer.from(await new Response(found.stream).arrayBuffer());
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(build.result?.images[0]?.sha256);
    await expect.poll(() => elsewhere.builds.file(build.id, name)).toBeNull();
  });

  test("does a clock that was set forward remove anything", async () => {
    await built();
    const ahead = () => new Date(Date.now() + 365 * 24 * HOUR);
    expect(await collect({ clock: ahead })).toMatchObject({ removed: [], evicted: { count: 0 } });
  });

  test("are two at it", async () => {
    const outcome = await alone(house.database, signal, () => collect());
    expect(outcome).toMatchObject({ busy: true, removed: [] });
    expect(await collect()).toMatchObject({ busy: false });
  });

  test("loses a request its name, when it is asked for at that moment", async () => {
    const { kysely } = house.database;
    const key = "a".repeat(64);
    const name = { dialect: "asu-v1", hash: "name", key, request: JSON.stringify({ request: {} }) };
    await kysely.insertInto("build_alias").values(name).execute();
    const template = await built();
    await kysely.transaction().execute(async (asking) => {
      await asking.updateTable("build").set({ key }).where("id", "=", template.id).execute();
      expect(await forgetAliases(kysely, 10)).toBe(1);
      const again = asking.insertInto("build_alias").values(name);
      await again.onConflict((conflict) => conflict.columns(["hash", "dialect"]).doUpdateSet({ key })).execute();
    });
    await forgetAliases(kysely, 10);
    expect(await kysely.selectFrom("build_alias").select("hash").execute()).toEqual([{ hash: "name" }]);
  });
});

describe("a kill", () => {
  test("before the files are gone leaves a row that leads nowhere, and the next time they go", async () => {
    const [first, second] = await Promise.all([built(), built()]);
    for (const { id } of [first, second]) await age(id, { expires: 2 });
    const store = {
      builds: () => house.store.builds(),
      tidy: async () => {},
      remove: async (...args: Parameters<typeof house.store.remove>) => {
        if (args[0] === first.id) throw new Error("the power went");
        await house.store.remove(...args);
      },
    };
    expect(await collect({ store })).toMatchObject({ failed: 1, removed: [{ count: 1 }] });
    expect(await stored()).toEqual([first.id]);
    await expect.poll(() => house.builds.file(first.id, imageOf(first))).toBeNull();
    expect((await house.builds.ask(askFor(first.inputs))).outcome).toBe("new");
    expect(await collect()).toMatchObject({ failed: 0, removed: [{ reason: "withdrawn", count: 1 }] });
    expect(await stored()).not.toContain(first.id);
  });

  test("before the row is gone leaves one that promises nothing, and the next time it goes", async () => {
    const build = await built();
    await age(build.id, { expires: 2 });
    const end = new AbortController();
    await using collector = open({
      store: {
        builds: () => house.store.builds(),
        tidy: async () => {},
        async remove(id) {
          await house.store.remove(id);
          end.abort(new Error("killed"));
        },
      },
    });
    await expect(collector.collect({}, end.signal)).rejects.toThrow("killed");
    expect([await rows(), await stored()]).toEqual([[build.id], []]);
    expect(await house.builds.ask(askFor(build.inputs))).toMatchObject({ outcome: "new" });
    expect(await collect()).toMatchObject({ removed: [{ reason: "withdrawn", count: 1 }] });
    expect(await rows()).not.toContain(build.id);
  });

  test("of who is at it lets another one be", async () => {
    const held = Promise.withResolvers<void>();
    const running = alone(house.database, signal, async (lost) => {
      held.resolve();
      await new Promise((_, reject) => lost.addEventListener("abort", () => reject(lost.reason)));
    });
    const ended = expect(running).rejects.toThrow("the lock was lost");
    await held.promise;
    await sql`select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted and database =
      (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()`.execute(
      house.database.kysely,
    );
    await ended;
    await expect.poll(async () => (await collect()).busy).toBe(false);
  });
});

test("what is in the store and no build's goes after its time, another copy of a build too", async () => {
  const build = await built();
  const file = dir.join("file");
  await writeFile(file, "12345");
  const put = (id: string) => house.store.put(id, [{ name: "file", path: file }], signal);
  const [unknown, young] = ["0".repeat(32), "1".repeat(32)];
  const second = await put(build.id);
  const [old] = [await put(unknown), await put(young)];
  const daysAgo = new Date(Date.now() - 48 * HOUR);
  for (const [id, { copy }] of [[build.id, second] as const, [unknown, old] as const])
    await utimes(join(house.store.place, id.slice(0, 2), id, copy), daysAgo, daysAgo);
  expect((await collect({}, true)).removed).toEqual([{ reason: "stray", count: 2, bytes: 10 }]);
  expect((await collect()).removed).toEqual([{ reason: "stray", count: 2, bytes: 10 }]);
  expect((await stored()).sort()).toEqual([young, build.id].sort());
  const own = await house.store.read({ build: build.id, copy: build.result?.copy ?? null }, imageOf(build));
  expect(own?.kind === "bytes" && (await text(own.stream))).toContain("image of");
});

test("what another database's servers may have put into the same store is left there", async () => {
  const build = await built();
  const file = dir.join("others");
  await writeFile(file, "12345");
  const put = (id: string) => house.store.put(id, [{ name: "file", path: file }], signal);
  const unknown = "2".repeat(32);
  const daysAgo = new Date(Date.now() - 48 * HOUR);
  for (const id of [unknown, build.id]) {
    const { copy } = await put(id);
    await utimes(join(house.store.place, id.slice(0, 2), id, copy), daysAgo, daysAgo);
  }
  const ownsStore = async () => false;
  expect((await collect({ ownsStore }, true)).removed).toEqual([{ reason: "stray", count: 1, bytes: 5 }]);
  expect((await collect({ ownsStore })).removed).toEqual([{ reason: "stray", count: 1, bytes: 5 }]);
  expect(await stored()).toEqual([unknown, build.id].sort());
});

test("while the store is away the rest is kept small all the same, and what went wrong first is told", async () => {
  let upkept = 0;
  const away = () => Promise.reject(new ServerError("store_unavailable", "The store can't be reached."));
  const store = { builds: () => house.store.builds(), remove: away, tidy: away };
  const upkeep = async () => {
    upkept++;
    throw new Error("second");
  };
  await expect(collect({ store, upkeep })).rejects.toMatchObject({ code: "store_unavailable" });
  expect(upkept).toBe(1);
});

test("it is done by itself, by one of all servers, and what came of it is written down", async () => {
  await house.database.kysely.deleteFrom("gc_run").execute();
  const build = await built();
  await age(build.id, { expires: 2 });
  let upkept = 0;
  const settings = { every: 1_000, upkeep: async () => void upkept++ };
  await using one = open(settings);
  await using other = open(settings);
  one.start();
  other.start();
  await expect.poll(rows).toEqual([]);
  const last = () => house.database.kysely.selectFrom("gc_run").selectAll().executeTakeFirst();
  await expect.poll(async () => (await last())?.ended_at).toBeInstanceOf(Date);
  expect(await last()).toMatchObject({ trouble: null, report: { busy: false, whole: true } });
  expect(upkept).toBeGreaterThan(0);
});
