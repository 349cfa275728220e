import type { Logger } from "pino";
import type { BuildQueue } from "../builds/queue/queue.ts";
import type { Database } from "../db/connect.ts";

/**
 * Takes their jobs from workers of this machine that were killed: what their heartbeat would come to in a while is known at once. The
 * builds are sent back by those who look after builds, as any other worker's that is lost. Where this fails, the end of its heartbeat says the same some seconds later.
 */
export async function takeFromKilled(
  { database, queue, log }: { database: Database; queue: BuildQueue; log: Logger },
  workers: readonly string[],
): Promise<void> {
  if (workers.length === 0) return;
  try {
    const rows = await database.kysely
      .selectFrom("build")
      .select(["id", "queue", "job", "worker"])
      .where("state", "=", "running")
      .where("worker", "in", workers)
      .execute();
    for (const { id, queue: from, job, worker } of rows) {
      if (job === null) continue;
      await queue.ensure(from);
      // A job is one attempt's: if somebody was quicker, there is none of that name any more.
      await database.kysely.transaction().execute((transaction) => queue.drop(transaction, from, job));
      log.info({ build: id, killed: worker }, "a build is taken from a worker that was killed");
    }
  } catch (error) {
    log.warn({ err: error }, "builds of killed workers could not be looked for");
  }
}
