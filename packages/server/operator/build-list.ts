import { type Kysely, type RawBuilder, type SqlBool, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { BuildFilter, BuildSort, ListedBuild, ListedRange } from "./types.ts";

/** Counting stops here. */
export const MOST_COUNTED = 10_000;

/** Builds without a first-boot script, in the order that is asked for. */
export async function listBuilds(
  kysely: Kysely<Tables>,
  { sort = "newest", after, limit, ...filter }: ListedRange,
): Promise<ListedBuild[]> {
  const { by, isDescending } = ORDERS[sort];
  const direction = isDescending ? sql`desc` : sql`asc`;
  let query = kysely
    .selectFrom("build")
    .leftJoin("build_worker", "build_worker.id", "build.worker")
    // No result: it may be long, and a list is of many.
    .select([
      "build.id",
      "build.line",
      "build.state",
      "build.step",
      "build.waits_for",
      "build.inputs",
      "build.attempt",
      "build.worker",
      "build_worker.name as worker_name",
      "build.enqueued_at",
      "build.started_at",
      "build.finished_at",
      "build.expires_at",
      "build.failure",
      TOOK.as("took"),
    ])
    .where(sql<SqlBool>`${sql.join([...wanted(filter), ...(by === "took" ? [HAS_ENDED] : [])], sql` and `)}`)
    .orderBy(sql`${by === "took" ? sql`${TOOK} ${direction}, ` : sql``} build.line ${direction}`)
    .limit(limit);
  if (after !== undefined) {
    const beyond = isDescending ? sql`<` : sql`>`;
    query = query.where(
      by === "took"
        ? sql<SqlBool>`(${TOOK}, build.line) ${beyond} (${after.took}, ${after.line})`
        : sql<SqlBool>`build.line ${beyond} ${after.line}`,
    );
  }
  const rows = await query.execute();
  return rows.map((row) => ({
    id: row.id,
    line: row.line,
    state: row.state,
    step: row.step,
    waitsFor: row.waits_for,
    distribution: row.inputs.distribution,
    version: row.inputs.version,
    target: row.inputs.target,
    profile: row.inputs.profile,
    packages: row.inputs.packages,
    attempt: row.attempt,
    worker: row.worker_name ?? row.worker,
    enqueuedAt: row.enqueued_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    expiresAt: row.expires_at,
    took: row.took,
    failure: row.failure && { code: row.failure.code, sentence: row.failure.sentence },
  }));
}

/** How many there are; null: more than 10,000. */
export async function countBuilds(kysely: Kysely<Tables>, filter: BuildFilter): Promise<number | null> {
  const { rows } = await sql<{ total: number }>`
    select count(*)::int as total from (
      select 1 from build where ${sql.join(wanted(filter), sql` and `)} limit ${MOST_COUNTED + 1}
    ) found`.execute(kysely);
  const total = rows[0]?.total ?? 0;
  return total > MOST_COUNTED ? null : total;
}

const ORDERS: Readonly<Record<BuildSort, { by: "line" | "took"; isDescending: boolean }>> = {
  newest: { by: "line", isDescending: true },
  oldest: { by: "line", isDescending: false },
  slowest: { by: "took", isDescending: true },
  quickest: { by: "took", isDescending: false },
};

/** In milliseconds: as the index on it has it, to the letter. */
const TOOK = sql<number | null>`((extract(epoch from build.finished_at - build.started_at) * 1000)::bigint)`;
const HAS_ENDED = sql<SqlBool>`build.started_at is not null and build.finished_at is not null`;

function wanted(filter: BuildFilter): RawBuilder<SqlBool>[] {
  const { state, distribution, version, target, profile, query } = filter;
  // In words: PostgreSQL finds an index by its condition, not by values.
  const conditions = [sql<SqlBool>`build.is_listed`];
  // What ended badly has an index of its own, which PostgreSQL finds by these words.
  if (state === "failed" || state === "withdrawn") conditions.push(sql`build.state = ${sql.lit(state)}`);
  else if (state !== undefined) conditions.push(sql`build.state = ${state}`);
  if (version !== undefined) conditions.push(sql`build.version = ${version}`);
  if (target !== undefined) conditions.push(sql`build.target = ${target}`);
  if (profile !== undefined) conditions.push(sql`build.profile = ${profile}`);
  if (distribution !== undefined) conditions.push(sql`starts_with(build.queue, ${`${distribution}/`})`);
  for (const word of (query ?? "").split(/\s+/).filter(Boolean)) {
    const escaped = word.replace(/[\\%_]/g, "\\$&");
    const part = `%${escaped}%`;
    conditions.push(sql`(build.id like ${`${escaped.toLowerCase()}%`} or build.profile ilike ${part}
      or build.target ilike ${part} or build.version ilike ${part})`);
  }
  return conditions;
}
