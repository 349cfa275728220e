import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { GcReport, GcRun } from "./types.ts";

/** When any process has begun to collect last; null: never. By the database's clock. */
export async function lastBegun(database: Kysely<Tables>): Promise<{ ago: number; isUnfinished: boolean } | null> {
  const row = await database
    .selectFrom("gc_run")
    .select([
      sql<number>`extract(epoch from clock_timestamp() - began_at)::float8`.as("seconds"),
      "ended_at",
      "trouble",
    ])
    .executeTakeFirst();
  if (!row) return null;
  // A time that lies ahead was written while a clock was wrong.
  if (row.seconds < 0) return null;
  return { ago: row.seconds * 1000, isUnfinished: row.ended_at === null || row.trouble !== null };
}

/** What any process has collected last; null: nobody ever has. */
export async function lastRun(database: Kysely<Tables>): Promise<GcRun | null> {
  const row = await database.selectFrom("gc_run").selectAll().executeTakeFirst();
  if (!row) return null;
  const { began_at: beganAt, ended_at: endedAt, trouble, report } = row;
  return { beganAt, endedAt, trouble, report: report && readReport(report) };
}

/** What is kept as JSON has no dates. */
function readReport(report: GcReport): GcReport {
  const listed = report.listed.map((each) => ({ ...each, usedAt: each.usedAt && new Date(each.usedAt) }));
  return { ...report, listed };
}

export async function noteBegin(database: Kysely<Tables>): Promise<void> {
  const now = sql<Date>`clock_timestamp()`;
  const fresh = { began_at: now, ended_at: null, trouble: null };
  await database
    .insertInto("gc_run")
    .values({ ...fresh, report: null })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(fresh))
    .execute();
}

export async function noteEnd(
  database: Kysely<Tables>,
  { report, trouble }: { report: GcReport | null; trouble: string | null },
): Promise<void> {
  const what = { ended_at: sql<Date>`clock_timestamp()`, trouble: trouble?.replaceAll("\0", "") ?? null };
  await database
    .updateTable("gc_run")
    .set(report === null ? what : { ...what, report: JSON.stringify(report) })
    .execute();
}
