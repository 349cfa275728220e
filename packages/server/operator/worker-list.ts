import { type Kysely, sql } from "kysely";
import { GONE_AFTER } from "../builds/workers.ts";
import type { Tables } from "../db/tables.ts";
import type { ShownWorker, WorkersBuild } from "./types.ts";

/** More than these nobody reads; those that are there come first. */
const MOST = 1_000;

/** Workers that are there, or were within the last hour, with what each of them builds. */
export async function listWorkers(kysely: Kysely<Tables>): Promise<ShownWorker[]> {
  const workers = await kysely
    .selectFrom("build_worker")
    .selectAll()
    // By the clock that it was written with.
    .select(sql<boolean>`seen_at > now() - ${GONE_AFTER} * interval '1 second'`.as("is_there"))
    .orderBy("is_there", "desc")
    .orderBy("name")
    .orderBy("started_at")
    .limit(MOST)
    .execute();
  const running = await kysely
    .selectFrom("build")
    .select(["id", "worker", "inputs", "is_listed", "step", "started_at"])
    .where("state", "=", "running")
    .orderBy("line")
    .execute();
  const byWorker = Map.groupBy(running, ({ worker }) => worker);
  return workers.map((worker) => {
    const own = byWorker.get(worker.id) ?? [];
    const builds = own
      .filter(({ is_listed }) => is_listed)
      .map(({ id, inputs: { version, target, profile }, step, started_at }): WorkersBuild => {
        return { id, version, target, profile, step, startedAt: started_at };
      });
    return {
      id: worker.id,
      name: worker.name,
      targets: worker.targets,
      architecture: worker.architecture,
      parallel: worker.parallel,
      running: own.length,
      builds,
      trouble: worker.trouble,
      isDraining: worker.draining,
      isThere: worker.is_there,
      startedAt: worker.started_at,
      seenAt: worker.seen_at,
    };
  });
}
