import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { CopyOwner, EndedBuild, Kept } from "./plan.ts";

type From = Kysely<Tables>;

/** What is told of a build that goes, besides what decides whether it does. */
export interface EndedRow extends EndedBuild {
  id: string;
  bytes: number | null;
  version: string;
  target: string;
  /** Without a first-boot script. */
  is_listed: boolean;
}

export const ENDED = ["state", "finished_at", "expires_at", "used_at", "evicted_at"] as const;
const TOLD = [...ENDED, "id", "bytes", "version", "target", "is_listed"] as const;

/** Builds whose time is over, a page at a time. What goes meanwhile is met by nobody twice. */
export async function* overdue(from: From, now: Date, pageSize: number): AsyncGenerator<EndedRow[]> {
  for (let after = ""; ; ) {
    const page = await from
      .selectFrom("build")
      .select(TOLD)
      .where("state", "in", ["done", "failed", "withdrawn"])
      .where("expires_at", "<=", now)
      .where("id", ">", after)
      .orderBy("id")
      .limit(pageSize)
      .execute();
    if (page.length > 0) yield page;
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    after = last.id;
  }
}

/** Bytes of builds whose time isn't over. */
export async function keptBytes(from: From, now: Date): Promise<number> {
  const { bytes } = await from
    .selectFrom("build")
    .select(({ fn }) => fn.coalesce(fn.sum<string>("bytes"), sql<string>`0`).as("bytes"))
    .where("state", "=", "done")
    .where("expires_at", ">", now)
    .executeTakeFirstOrThrow();
  return Number(bytes);
}

/** The first to go of those: snapshots, then what nobody has wanted for longest. */
export async function firstToGo(
  from: From,
  { now, unusedSince, limit }: { now: Date; unusedSince: Date; limit: number },
): Promise<(Kept & EndedRow)[]> {
  const lastUse = sql<Date>`greatest(coalesce(used_at, finished_at), finished_at)`;
  const isSnapshot = sql<boolean>`(version like '%SNAPSHOT%')`;
  const rows = await from
    .selectFrom("build")
    .select(TOLD)
    .select([lastUse.as("usedAt"), isSnapshot.as("isSnapshot")])
    .where("state", "=", "done")
    .where("expires_at", ">", now)
    .where(lastUse, "<=", unusedSince)
    .where("bytes", ">", 0)
    .orderBy(isSnapshot, "desc")
    .orderBy(lastUse)
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, bytes: row.bytes ?? 0 }));
}

/** What is known of builds that the store has something of. */
export async function ownersOf(from: From, builds: readonly string[]): Promise<Map<string, CopyOwner>> {
  if (builds.length === 0) return new Map();
  const rows = await from
    .selectFrom("build")
    .select(["id", "state", "copy", "bytes", "is_listed"])
    .where("id", "in", [...new Set(builds)])
    .execute();
  return new Map(rows.map(({ id, ...owner }) => [id, owner]));
}

/** The database's clock. */
export async function databaseNow(from: From): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(from);
  const [row] = rows;
  if (!row) throw new Error("the database doesn't say what time it is");
  return row.now;
}
