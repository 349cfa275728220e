import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../db/connect.ts";
import { databaseTrouble } from "../db/trouble.ts";

/** First bytes of sha256("pawl garbage collector"). */
const LOCK = "4005777730617333408";

/** How long the database may take to say that it is free again, in milliseconds. */
const UNLOCK_MS = 2_000;

/**
 * Does something that only one process does at a time; null, when another is at it. The lock is a connection's own: with the process that has
 * it, it is free. If the connection is lost, `work` is aborted.
 */
export async function alone<T>(
  { pool }: Pick<Database, "pool">,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T | null> {
  signal.throwIfAborted();
  const client = await pool.connect().catch(reword);
  const lost = new AbortController();
  client.once("end", () => lost.abort(new Error("the connection with the lock was lost")));
  try {
    const { rows } = await client
      .query<{ taken: boolean }>(`select pg_try_advisory_lock(${LOCK}) as taken`)
      .catch(reword);
    if (!rows[0]?.taken) return null;
    try {
      return await work(AbortSignal.any([signal, lost.signal]));
    } finally {
      const unlocked = client.query(`select pg_advisory_unlock(${LOCK})`).catch(() => undefined);
      await Promise.race([unlocked, sleep(UNLOCK_MS, undefined, { ref: false })]);
    }
  } finally {
    // Not back into the pool: whatever became of the unlocking, with the connection the lock ends.
    client.release(true);
  }
}

function reword(error: unknown): never {
  throw databaseTrouble(error) ?? error;
}
