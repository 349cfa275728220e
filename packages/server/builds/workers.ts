import { type Kysely, type Selectable, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { announce } from "./changes.ts";
import { serves, targetOf } from "./queue/names.ts";
import type { BuildWorkerTable } from "./tables.ts";

export type WorkerRow = Selectable<BuildWorkerTable>;

/** A worker that has said nothing for so long isn't there, in seconds. */
export const GONE_AFTER = 15;
/** And is forgotten after so long. */
const FORGOTTEN_AFTER = 3_600;

/** Those that have given a sign of life of late. */
export function workersThere(kysely: Kysely<Tables>): Promise<WorkerRow[]> {
  return kysely
    .selectFrom("build_worker")
    .selectAll()
    .where("seen_at", ">", sql<Date>`now() - ${GONE_AFTER} * interval '1 second'`)
    .execute();
}

/** A worker's sign of life; everybody is told if it is new, or isn't as it was. */
export async function showWorker(
  kysely: Kysely<Tables>,
  worker: Omit<WorkerRow, "seen_at">,
  isNews: boolean,
): Promise<void> {
  const { id, ...facts } = worker;
  await kysely
    .insertInto("build_worker")
    .values({ id, ...facts })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ ...facts, seen_at: sql<Date>`now()` }))
    .execute();
  if (!isNews) return;
  await kysely
    .deleteFrom("build_worker")
    .where("seen_at", "<", sql<Date>`now() - ${FORGOTTEN_AFTER} * interval '1 second'`)
    .execute();
  await announce(kysely, { kind: "workers" });
}

export async function forgetWorker(kysely: Kysely<Tables>, id: string): Promise<void> {
  await kysely.deleteFrom("build_worker").where("id", "=", id).execute();
  await announce(kysely, { kind: "workers" });
}

/** Why nobody begins with what is in a queue; null if somebody would. Pure. */
export function lacking(
  queue: string,
  workers: readonly WorkerRow[],
): { sentence: string; trouble: string | null } | null {
  const able = workers.filter((worker) => serves(worker, queue));
  if (able.some(({ trouble, draining }) => trouble === null && !draining)) return null;
  return { sentence: `no worker for ${targetOf(queue)}`, trouble: able[0]?.trouble ?? null };
}
