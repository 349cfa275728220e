import { sql } from "kysely";
import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { DatabaseStats } from "./database-stats.ts";
import { rollUp } from "./roll-up.ts";
import type { Counted } from "./types.ts";

const DAY = 86_400_000;
const NOON = new Date("2026-07-15T12:00:00Z");
const MIDNIGHT = new Date("2026-07-15T00:00:00Z");
const signal = new AbortController().signal;
let now = NOON;
let test_: TestDatabase;
let stats: DatabaseStats;

beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_[Symbol.asyncDispose]());
beforeEach(async () => {
  const { database } = test_;
  await database.pool.query("truncate counter, counter_rolled, counter_rolling");
  now = NOON;
  stats = new DatabaseStats({ database: database.kysely, clock: () => now, log: pino({ level: "silent" }) });
  return () => stats[Symbol.asyncDispose]();
});

const roll = (at = now) => rollUp(test_.database.kysely, at, signal);
const day = (days: number) => new Date(MIDNIGHT.getTime() - days * DAY);

async function counted(what: Counted): Promise<[string, string, number][]> {
  const rows = await test_.database.kysely
    .selectFrom("counted")
    .select(["since", "key", "n"])
    .where("what", "=", what)
    .orderBy("since")
    .orderBy("key")
    .execute();
  return rows.map(({ since, key, n }) => [since.toISOString().slice(0, 13), key, n]);
}

async function add(what: Counted, rows: readonly [since: Date, key: string, n: number][]): Promise<void> {
  const values = rows.map(([since, key, n]) => ({ what, since, key, n }));
  await test_.database.kysely.insertInto("counter").values(values).execute();
}

describe("what was counted a while ago", () => {
  test("is kept by the hour, then by the day, the month, the year", async () => {
    const hour = 3_600_000;
    for (const days of [0, 1, 2, 3, 40, 500]) {
      await add("build-success", [
        [new Date(day(days).getTime() + hour), "", 1],
        [new Date(day(days).getTime() + 5 * hour), "", 2],
      ]);
    }
    const before = await stats.imageStats();
    await roll();
    expect(await counted("build-success")).toEqual([
      ["2025-01-01T00", "", 3],
      ["2026-06-01T00", "", 3],
      ["2026-07-12T00", "", 3],
      ["2026-07-13T00", "", 3],
      ["2026-07-14T01", "", 1],
      ["2026-07-14T05", "", 2],
      ["2026-07-15T01", "", 1],
      ["2026-07-15T05", "", 2],
    ]);
    expect(await stats.imageStats()).toEqual(before);
    expect(await roll()).toBe(0);
  });

  test("loses its long tail of names branch by branch, and neither sums nor what was counted most", async () => {
    const names = (branch: string, count: number) =>
      Array.from({ length: count }, (_, n): [Date, string, number] => [day(5), `${branch}:package-${n}`, n + 1]);
    await add("package", [
      ...names("24.10", 700),
      ...names("25.12", 10),
      [day(5), "other", 7],
      [day(1), "24.10:rare", 1],
    ]);
    const [top, ofBranch] = [await stats.topPackages(500), await stats.topPackages(500, "25.12")];
    expect(await roll()).toBe(99);
    const rows = await counted("package");
    expect(rows).toContainEqual(["2026-07-10T00", "24.10:other", (100 * 101) / 2]);
    expect(rows).toContainEqual(["2026-07-10T00", "24.10:package-100", 101]);
    expect(rows).toContainEqual(["2026-07-10T00", "25.12:package-0", 1]);
    expect(rows).toContainEqual(["2026-07-10T00", "other", 7]);
    expect(rows).toContainEqual(["2026-07-14T00", "24.10:rare", 1]);
    expect(rows.length).toBe(600 + 1 + 10 + 1 + 1);
    await stats.count("client", "x");
    await stats.flush();
    expect(await stats.topPackages(500)).toEqual(top);
    expect(await stats.topPackages(500, "25.12")).toEqual(ofBranch);
  });

  test("is still told of by target and by version when devices are no longer", async () => {
    for (const days of [3, 50, 150, 250]) {
      now = new Date(NOON.getTime() - days * DAY);
      for (let device = 0; device < 300; device++) {
        const key = `openwrt:24.10.${device % 2}:ath79/generic:device-${device}`;
        stats.count("build", key, device + 1);
        stats.count("build-seconds", key, 30 * (device + 1));
      }
      await stats.flush();
    }
    now = NOON;
    const [targets, versions] = [await stats.popularTargets(5), await stats.buildsByVersion("24.10")];
    expect(targets).toEqual([{ target: "ath79/generic", count: 4 * 45_150, buildSeconds: 30 }]);
    expect(await roll()).toBeGreaterThan(1_500);
    stats.count("client", "x");
    await stats.flush();
    expect(await stats.popularTargets(5)).toEqual(targets);
    expect(await stats.buildsByVersion("24.10")).toEqual(versions);
  });

  test("keeps what comes late, and what is counted at that moment", async () => {
    await add("client", [[day(50), "a", 1]]);
    await roll();
    await add("client", [[day(50), "a", 2]]);
    await Promise.all([roll(new Date(NOON.getTime() + 40 * DAY)), add("client", [[day(1), "a", 4]])]);
    expect((await counted("client")).reduce((sum, [, , n]) => sum + n, 0)).toBe(7);
  });

  test("may be cut at any moment", async () => {
    for (let days = 35; days < 95; days++) await add("client", [[day(days), "a", 1]]);
    const cut = new AbortController();
    const pool = test_.database.kysely.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        if (Math.random() < 0.05) cut.abort(new Error("cut"));
        return result;
      },
    });
    await rollUp(pool, now, cut.signal).catch(() => undefined);
    await roll();
    const rows = await counted("client");
    expect(rows.reduce((sum, [, , n]) => sum + n, 0)).toBe(60);
    expect(rows.length).toBe(3);
  });
});

test("a year of 100,000 builds a day takes less than 100 MB", async () => {
  const { kysely } = test_.database;
  // 100,000 builds of 2,000 devices in three versions, of eight packages each of 8,000, some of which everybody wants; 500 programs.
  const many = (what: string, since: Date, key: string, count: number) =>
    sql.raw(
      `insert into counter select '${what}', '${since.toISOString()}', ${key}, ceil(3000000.0 / (n * n + 50)) from generate_series(1, ${count}) n`,
    );
  const key = `'openwrt:' || (array['24.10.5', '25.12.1', 'SNAPSHOT'])[n % 3 + 1] || ':' || (array['ath79', 'ramips', 'mediatek'])[n % 3 + 1] || n / 3 % 34 || '/generic:'`;
  const device = `${key} || 'some_vendor_some-device-v' || n`;
  const fill = async (since: Date) => {
    await many(
      "package",
      since,
      "(array['24.10', '25.12', 'SNAPSHOT'])[n % 3 + 1] || ':kmod-package-' || n",
      16_000,
    ).execute(kysely);
    for (const what of ["build", "build-seconds"]) await many(what, since, device, 6_000).execute(kysely);
    await many("client", since, "'program/' || n", 500).execute(kysely);
    await many("upgrade-check", since, "'openwrt:' || n", 300).execute(kysely);
    await many("version", since, "'openwrt:' || n", 60).execute(kysely);
    await many("failure", since, "'code_' || n", 25).execute(kysely);
    await many("build-duration", since, "n::text", 25).execute(kysely);
    for (const what of ["build-request", "build-hit", "build-miss", "build-success", "build-failure"])
      await sql
        .raw(
          `insert into counter select '${what}', '${since.toISOString()}'::timestamptz + n * interval '1 hour', '', 4000 from generate_series(0, 23) n`,
        )
        .execute(kysely);
  };
  const rows = async () =>
    (await kysely.selectFrom("counted").select(sql<number>`count(*)`.as("n")).executeTakeFirst())?.n ?? 0;
  const sum = async () => (await sql`select what, sum(n) from counted group by 1 order by 1`.execute(kysely)).rows;
  const sizeOf = async (table: string) =>
    (await sql<{ bytes: number }>`select pg_total_relation_size(${table}) as bytes`.execute(kysely)).rows[0]?.bytes ??
    0;
  const first = new Date("2026-05-01T00:00:00Z");
  await fill(first);
  const raw = await sizeOf("counter");
  await fill(new Date(first.getTime() + DAY));
  const sums = await sum();
  const after = (days: number) => roll(new Date(first.getTime() + days * DAY + DAY / 2));
  await after(4);
  const ofDay = (await rows()) / 2;
  const bytesARow = (await sizeOf("counter_rolled")) / (await rows());
  await after(40);
  const ofMonthInTheMaking = await rows();
  await after(100);
  const ofMonth = await rows();
  expect(await sum()).toEqual(sums);
  // A month of days, two months in the making, ten months; versions by the day for 200.
  const rolled = 32 * ofDay + 2 * ofMonthInTheMaking + 10 * ofMonth + 200 * 60;
  // Two days as they were counted, and half as much again for what has gone and isn't used again yet; the newest failures, of 2,000 characters at most.
  const bytes = (2 * raw + rolled * bytesARow) * 1.5 + 5_000 * 2_300;
  expect(bytes).toBeLessThan(100e6);
});
