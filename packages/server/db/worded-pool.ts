import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import pg from "pg";
import { databaseTrouble } from "./trouble.ts";

/**
 * A pool as Kysely wants it, whose errors about the database itself are ServerErrors: whoever asks something of it needs no words
 * for a database that is away. Errors about a query stay PostgreSQL's, with their SQLSTATE as `code`.
 */
export function wordedPool(pool: pg.Pool): PostgresPool {
  // Kysely knows a connection by its client.
  const known = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    Client: pg.Client,
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch(reword);
      const worded = known.get(client) ?? wordedClient(client);
      known.set(client, worded);
      return worded;
    },
  };
}

function wordedClient(client: pg.PoolClient & { processID?: number }): PostgresPoolClient {
  function query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== "string") throw new TypeError("This pool has no cursors.");
    return client.query(sql, [...parameters]).catch(reword);
  }
  const { processID } = client;
  return { query, release: (destroy) => client.release(destroy), ...(processID !== undefined && { processID }) };
}

function reword(error: unknown): never {
  throw databaseTrouble(error) ?? error;
}
