import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { type DurationClass, percentile } from "./durations.ts";
import type { BuildErrors, BuildsByVersion, BuildsOfDay, Durations, NamedCount, TargetCount } from "./types.ts";

type From = Kysely<Tables>;

const DAY_MS = 86_400_000;
const DAYS = 30;
const WEEKS = 26;

export async function builds24h(from: From, now: Date): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select coalesce(sum(n), 0)::bigint as n from counted
    where what = 'build-success' and since > ${new Date(now.getTime() - DAY_MS)}`.execute(from);
  return rows[0]?.n ?? 0;
}

export async function buildsPerDay(from: From, now: Date): Promise<BuildsOfDay[]> {
  const days = lastDays(now);
  const { rows } = await sql<{ what: string; day: number; n: number }>`
    select what, ${indexOf(days[0], 1)} as day, sum(n)::bigint as n from counted
    where what in ('build-request', 'build-hit', 'build-failure') and since >= ${days[0]}
    group by 1, 2`.execute(from);
  const found = new Map(rows.map(({ what, day, n }) => [`${what} ${day}`, n]));
  return days.map((day, at) => ({
    day,
    requests: found.get(`build-request ${at}`) ?? 0,
    hits: found.get(`build-hit ${at}`) ?? 0,
    failures: found.get(`build-failure ${at}`) ?? 0,
  }));
}

export async function buildsByVersion(from: From, now: Date, branch?: string): Promise<BuildsByVersion> {
  const end = nextMidnight(now);
  const weeks = Array.from({ length: WEEKS }, (_, at) => new Date(end - (WEEKS - at) * 7 * DAY_MS));
  const ofBranch = branch === undefined ? sql`true` : isOfBranch(branch);
  const { rows } = await sql<{ version: string; week: number; n: number }>`
    select version, week, sum(n)::bigint as n
    from (select split_part(key, ':', 2) as version, ${indexOf(weeks[0], 7)} as week, n
          from counted where what = 'version' and since >= ${weeks[0]} and key <> 'other') as build
    where ${ofBranch} group by 1, 2 order by 1`.execute(from);
  const versions = new Map<string, number[]>();
  for (const { version, week, n } of rows) {
    const builds = versions.get(version) ?? weeks.map(() => 0);
    builds[week] = n;
    versions.set(version, builds);
  }
  return { weeks, versions };
}

export async function topPackages(
  from: From,
  { since, limit, branch }: { since: Date; limit: number; branch?: string },
): Promise<NamedCount[]> {
  const ofBranch = branch === undefined ? sql`true` : sql`split_part(key, ':', 1) = ${branch}`;
  const { rows } = await sql<NamedCount>`
    select split_part(key, ':', 2) as name, sum(n)::bigint as count from counted
    where what = 'package' and since >= ${since} and key <> 'other' and key not like '%:other' and ${ofBranch}
    group by 1 order by 2 desc, 1 limit ${limit}`.execute(from);
  return rows;
}

export async function popularTargets(from: From, limit: number): Promise<TargetCount[]> {
  const { rows } = await sql<{ target: string; count: number; seconds: number | null }>`
    select split_part(key, ':', 3) as target,
      coalesce(sum(n) filter (where what = 'build'), 0)::bigint as count,
      (sum(n) filter (where what = 'build-seconds'))::bigint as seconds
    from counted where what in ('build', 'build-seconds') and key <> 'other'
    group by 1 order by 2 desc, 1 limit ${limit}`.execute(from);
  return rows.map(({ target, count, seconds }) => ({
    target,
    count,
    buildSeconds: seconds === null || count === 0 ? null : Math.round((seconds / count) * 10) / 10,
  }));
}

export async function clients(from: From, since: Date, limit: number): Promise<NamedCount[]> {
  const { rows } = await sql<NamedCount>`
    select key as name, sum(n)::bigint as count from counted where what = 'client' and since >= ${since}
    group by 1 order by 2 desc, 1 limit ${limit}`.execute(from);
  return rows;
}

export async function upgradeChecksPerDay(from: From, now: Date): Promise<{ day: Date; count: number }[]> {
  const days = lastDays(now);
  const { rows } = await sql<{ day: number; n: number }>`
    select ${indexOf(days[0], 1)} as day, sum(n)::bigint as n from counted
    where what = 'upgrade-check' and since >= ${days[0]} group by 1`.execute(from);
  const found = new Map(rows.map(({ day, n }) => [day, n]));
  return days.map((day, at) => ({ day, count: found.get(at) ?? 0 }));
}

export async function failures(from: From, since: Date, limit: number): Promise<NamedCount[]> {
  const { rows } = await sql<NamedCount>`
    select key as name, sum(n)::bigint as count from counted where what = 'failure' and since >= ${since}
    group by 1 order by 2 desc, 1 limit ${limit}`.execute(from);
  return rows;
}

export async function durations(from: From, since: Date): Promise<Durations> {
  const { rows } = await sql<DurationClass>`
    select key::int as seconds, sum(n)::bigint as builds from counted where what = 'build-duration' and since >= ${since}
    group by 1 order by 1`.execute(from);
  const of = (share: number) => percentile(rows, share);
  const builds = rows.reduce((sum, { builds }) => sum + builds, 0);
  return { builds, p50: of(0.5), p90: of(0.9), p99: of(0.99), classes: rows };
}

export async function buildErrors(from: From, limit: number): Promise<BuildErrors> {
  const entries = await from
    .selectFrom("build_error")
    .select(["at", "version", "target", "profile", "message"])
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  const { total } = await from
    .selectFrom("build_error")
    .select((row) => row.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return { total, entries };
}

export async function totals(from: From): Promise<{ total: number; failed: number }> {
  const { rows } = await sql<{ total: number; failed: number }>`
    select coalesce(sum(n) filter (where what = 'build-success'), 0)::bigint as total,
      coalesce(sum(n) filter (where what = 'build-failure'), 0)::bigint as failed
    from counted where what in ('build-success', 'build-failure')`.execute(from);
  return rows[0] ?? { total: 0, failed: 0 };
}

/** Which of the periods of so many days a row is in, counted from the first one's beginning. */
function indexOf(first: Date | undefined, days: number) {
  return sql`floor(extract(epoch from since - ${first}::timestamptz) / ${days * 86_400})::int`;
}

/** `24.10` has 24.10.1, 24.10.0-rc1 and 24.10-SNAPSHOT; `SNAPSHOT` has itself. */
function isOfBranch(branch: string) {
  return sql`(version = ${branch} or starts_with(version, ${`${branch}.`}) or starts_with(version, ${`${branch}-`}))`;
}

/** The first moments of 30 days, oldest first. */
function lastDays(now: Date): Date[] {
  const end = nextMidnight(now);
  return Array.from({ length: DAYS }, (_, at) => new Date(end - (DAYS - at) * DAY_MS));
}

function nextMidnight(now: Date): number {
  return (Math.floor(now.getTime() / DAY_MS) + 1) * DAY_MS;
}
