import pino from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/index.ts";
import { DatabaseStats } from "./database-stats.ts";
import { durationKey, percentile } from "./durations.ts";
import { buildKey } from "./types.ts";

const log = pino({ level: "silent" });
const NOON = new Date("2026-03-10T12:00:00Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
let now = NOON;
let test_: TestDatabase;
let stats: DatabaseStats;

const open = () => new DatabaseStats({ database: test_.database.kysely, clock: () => now, log });
const at = (ms: number) => {
  now = new Date(NOON.getTime() + ms);
};

beforeAll(async () => {
  test_ = await createTestDatabase();
});
afterAll(() => test_[Symbol.asyncDispose]());
beforeEach(async () => {
  await test_.database.kysely.deleteFrom("counter").execute();
  await test_.database.kysely.deleteFrom("counter_rolled").execute();
  await test_.database.kysely.deleteFrom("build_error").execute();
  now = NOON;
  stats = open();
  return () => stats[Symbol.asyncDispose]();
});

test("nothing counted is zero everywhere", async () => {
  expect(await stats.builds24h()).toBe(0);
  expect(stats.queueLength()).toBe(0);
  const days = await stats.buildsPerDay();
  expect(days).toHaveLength(30);
  expect(days.at(-1)).toEqual({ day: new Date("2026-03-10T00:00:00Z"), requests: 0, hits: 0, failures: 0 });
  expect(days[0]?.day).toEqual(new Date("2026-02-09T00:00:00Z"));
  const { weeks, versions } = await stats.buildsByVersion();
  expect([weeks.length, weeks.at(-1), versions.size]).toEqual([26, new Date("2026-03-04T00:00:00Z"), 0]);
  expect(await stats.topPackages(10)).toEqual([]);
  expect(await stats.buildErrors(10)).toEqual({ total: 0, entries: [] });
  expect(await stats.imageStats()).toEqual({ total: 0, stored: 0, requested: 0, building: 0, failed: 0 });
});

test("however often it is asked how many builds there are, they are counted once in a while", async () => {
  let asked = 0;
  const count = async () => ++asked;
  const builds = { queueLength: () => 7, stored: count, building: count, keptBytes: count };
  await using counting = new DatabaseStats({ database: test_.database.kysely, clock: () => now, log, builds });
  for (let times = 0; times < 5; times++)
    expect(await counting.imageStats()).toMatchObject({ stored: 1, building: 2, requested: 7 });
});

test("builds are counted by the hour for the last 24, and by the day for a month", async () => {
  for (const [hours, n] of [
    [-25, 5],
    [-23, 2],
    [0, 1],
  ] as const) {
    at(hours * HOUR);
    stats.count("build-success", "", n);
    stats.count("build-request", "", n);
  }
  at(-3 * DAY);
  stats.count("build-hit");
  stats.count("build-failure", "", 4);
  at(-40 * DAY);
  stats.count("build-request", "", 100);
  at(0);
  await stats.flush();
  expect(await stats.builds24h()).toBe(3);
  const days = await stats.buildsPerDay();
  expect(days.at(-1)).toMatchObject({ requests: 1 });
  expect(days.at(-2)).toMatchObject({ requests: 7 });
  expect(days.at(-4)).toMatchObject({ requests: 0, hits: 1, failures: 4 });
  expect(days.reduce((sum, { requests }) => sum + requests, 0)).toBe(8);
  expect(await stats.imageStats()).toMatchObject({ total: 8, failed: 4 });
});

test("builds of a branch are those of its versions, week by week", async () => {
  const key = (version: string) =>
    buildKey({ distribution: "openwrt", version, target: "ath79/generic", profile: "x" });
  at(-8 * DAY);
  stats.count("build", key("24.10.0"));
  at(0);
  for (const version of ["24.10.0", "24.10.1", "24.10-SNAPSHOT", "24.1.0", "SNAPSHOT"])
    stats.count("build", key(version));
  await stats.flush();
  const { versions } = await stats.buildsByVersion("24.10");
  expect([...versions.keys()]).toEqual(["24.10-SNAPSHOT", "24.10.0", "24.10.1"]);
  expect(versions.get("24.10.0")?.slice(-3)).toEqual([0, 1, 1]);
  expect((await stats.buildsByVersion()).versions.size).toBe(5);
  expect((await stats.buildsByVersion("SNAPSHOT")).versions.size).toBe(1);
  expect((await stats.buildsByVersion("%")).versions.size).toBe(0);
});

test("packages, targets and clients are counted by their names, most first", async () => {
  stats.count("package", "24.10:luci", 3);
  stats.count("package", "23.05:luci", 1);
  stats.count("package", "24.10:vim", 4);
  stats.count(
    "build",
    buildKey({ distribution: "openwrt", version: "24.10.0", target: "x86/64", profile: "generic" }),
    2,
  );
  stats.count(
    "build-seconds",
    buildKey({ distribution: "openwrt", version: "24.10.0", target: "x86/64", profile: "generic" }),
    61,
  );
  stats.count("client", "owut/2024.11.1", 2);
  stats.count("upgrade-check", "openwrt:23.05.0", 7);
  await stats.flush();
  expect(await stats.topPackages(5)).toEqual([
    { name: "luci", count: 4 },
    { name: "vim", count: 4 },
  ]);
  expect(await stats.topPackages(1, "24.10")).toEqual([{ name: "vim", count: 4 }]);
  expect(await stats.popularTargets(5)).toEqual([{ target: "x86/64", count: 2, buildSeconds: 30.5 }]);
  expect(await stats.clients(5)).toEqual([{ name: "owut/2024.11.1", count: 2 }]);
  expect((await stats.upgradeChecksPerDay()).at(-1)).toEqual({ day: new Date("2026-03-10T00:00:00Z"), count: 7 });
});

describe("what clients name themselves", () => {
  test("can't fill the database", async () => {
    for (let n = 0; n < 2_500; n++) stats.count("client", `forged/${n}`);
    await stats.flush();
    const all = await stats.clients(500);
    expect(all[0]).toEqual({ name: "other", count: 500 });
    const { n } = await test_.database.kysely
      .selectFrom("counter")
      .select((row) => row.fn.countAll<number>().as("n"))
      .executeTakeFirstOrThrow();
    expect(n).toBe(2_001);
  });

  test("is made fit to be stored and shown", async () => {
    stats.count("client", `a\0b\n${"x".repeat(500)}`);
    stats.count("client", `a?b?${"x".repeat(500)}`);
    await stats.flush();
    expect(await stats.clients(5)).toEqual([{ name: `a?b?${"x".repeat(116)}`, count: 2 }]);
  });
});

test("two processes count together, crosswise and at once", async () => {
  await using other = open();
  for (let round = 0; round < 20; round++) {
    for (const name of ["a", "b", "c"]) stats.count("client", name);
    for (const name of ["c", "b", "a"]) other.count("client", name);
    await Promise.all([stats.flush(), other.flush()]);
  }
  expect(await stats.clients(5)).toEqual([
    { name: "a", count: 40 },
    { name: "b", count: 40 },
    { name: "c", count: 40 },
  ]);
});

test("what can't be written is written later, and lost to nobody", async () => {
  stats.count("client", "owut");
  await test_.database.pool.query("alter table counter rename to away");
  await stats.flush();
  stats.count("client", "owut");
  await test_.database.pool.query("alter table away rename to counter");
  await stats.flush();
  expect(await stats.clients(5)).toEqual([{ name: "owut", count: 2 }]);
});

test("the newest build errors are kept", async () => {
  await test_.database.pool.query(
    "insert into build_error (at, version, target, profile, message) select now(), 'v', 't', 'p', 'old' from generate_series(1, 5000)",
  );
  await stats.buildFailed({
    version: "24.10.0",
    target: "x86/64",
    profile: "generic",
    message: `no\0w ${"x".repeat(3_000)}`,
  });
  const { total, entries } = await stats.buildErrors(2);
  expect(total).toBe(5_000);
  expect(entries.map(({ message }) => message.slice(0, 4))).toEqual(["now ", "old"]);
  expect(entries[0]).toMatchObject({ at: NOON, version: "24.10.0" });
});

test("why builds failed, and how long they took, is told for a month", async () => {
  at(-40 * DAY);
  stats.count("failure", "too_big", 9);
  stats.count("build-duration", durationKey(1), 9);
  at(0);
  stats.count("failure", "missing_package", 3);
  stats.count("failure", "mirror_failed");
  for (const seconds of [0, 12, 12, 13, 14, 25, 600, 5_000]) stats.count("build-duration", durationKey(seconds * 1000));
  await stats.flush();
  expect(await stats.failures(5)).toEqual([
    { name: "missing_package", count: 3 },
    { name: "mirror_failed", count: 1 },
  ]);
  const { classes, ...figures } = await stats.durations();
  expect(classes.map(({ seconds, builds }) => [seconds, builds])).toEqual([
    [1, 1],
    [15, 4],
    [30, 1],
    [600, 1],
    [7_200, 1],
  ]);
  expect(figures).toEqual({ builds: 8, p50: 13.8, p90: 4_320, p99: 6_912 });
  expect(percentile([], 0.5)).toBeNull();
  expect(durationKey(1e12)).toBe("72000");
});
