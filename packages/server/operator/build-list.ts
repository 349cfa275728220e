import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import type { BuildFilter, ListedBuild } from "./types.ts";

/** Builds without a first-boot script, newest first. */
export async function listBuilds(kysely: Kysely<Tables>, filter: BuildFilter): Promise<ListedBuild[]> {
  const { state, distribution, version, target, before, limit } = filter;
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
    ])
    // In words: PostgreSQL finds an index by its condition, not by values.
    .where(sql<boolean>`build.is_listed`)
    .orderBy("build.line", "desc")
    .limit(limit);
  // What ended badly has an index of its own, which PostgreSQL finds by these words.
  if (state === "failed" || state === "withdrawn") query = query.where(sql<boolean>`build.state = ${sql.lit(state)}`);
  else if (state !== undefined) query = query.where("build.state", "=", state);
  if (version !== undefined) query = query.where("build.version", "=", version);
  if (target !== undefined) query = query.where("build.target", "=", target);
  if (distribution !== undefined) query = query.where(sql<boolean>`starts_with(build.queue, ${`${distribution}/`})`);
  if (before !== undefined) query = query.where("build.line", "<", before);
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
    failure: row.failure && { code: row.failure.code, sentence: row.failure.sentence },
  }));
}
