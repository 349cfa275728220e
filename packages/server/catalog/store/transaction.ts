import type pg from "pg";

/**
 * Runs a transaction on a connection of the pool: committed when `work` resolves, else undone. When the signal fires the
 * connection is closed, so that nothing half done stays open and no unfinished COPY is handed to the next one.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  signal?.throwIfAborted();
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work(client);
    signal?.throwIfAborted();
    await client.query("commit");
    return result;
  } catch (error) {
    broken = signal?.aborted ? new Error("aborted", { cause: error }) : undefined;
    if (!broken) await client.query("rollback").catch((failure: Error) => (broken = failure));
    throw error;
  } finally {
    client.release(broken);
  }
}
