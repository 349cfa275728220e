import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Logger } from "pino";
import { ServerError } from "../error.ts";
import type { Database } from "./connect.ts";
import { type Migration, refuseNewer } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { isPassing } from "./trouble.ts";

export interface RequireSchemaOptions {
  log: Logger;
  /** Default: those of this program. */
  migrations?: readonly Migration[];
  /** How long a server may take to bring the database up to them, in milliseconds. Default 10 minutes. */
  patience?: number | undefined;
  signal: AbortSignal;
}

const PATIENCE = 600_000;
const LOOK_EVERY = 500;

/**
 * For who uses the database's tables and leaves it to servers to change them: that they are those of this program. With all restarted one
 * after another it may be the first of its version; then it waits for a server.
 * @throws ServerError `database_failed` when they are newer, or stay older
 */
export async function requireSchema(
  database: Pick<Database, "kysely">,
  { log, migrations = MIGRATIONS, patience = PATIENCE, signal }: RequireSchemaOptions,
): Promise<void> {
  const until = performance.now() + patience;
  for (let isTold = false; ; ) {
    signal.throwIfAborted();
    const there = await migrationsMade(database);
    if (there) refuseNewer(there, migrations);
    const missing = migrations.map(({ name }) => name).filter((name) => !there?.has(name));
    if (there && missing.length === 0) return;
    if (performance.now() > until) throw tooOld(missing);
    if (!isTold) log.warn({ missing }, "waiting for a server of this version to change the database's tables");
    isTold = true;
    await sleep(LOOK_EVERY * (0.8 + Math.random() * 0.4), undefined, { signal });
  }
}

/** Null while it can't be asked. */
async function migrationsMade({ kysely }: Pick<Database, "kysely">): Promise<ReadonlySet<string> | null> {
  try {
    const found = await sql<{ there: boolean }>`select to_regclass('migration') is not null as there`.execute(kysely);
    if (!found.rows[0]?.there) return new Set();
    const { rows } = await sql<{ name: string }>`select name from migration`.execute(kysely);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (isPassing(error)) return null;
    throw error;
  }
}

function tooOld(missing: readonly string[]): ServerError {
  const sentence = `The database is older than this worker: it hasn't had ${missing.join(", ")}. Start a server of this version on it: that changes its tables.`;
  return new ServerError("database_failed", sentence, { fields: { migrations: missing } });
}
