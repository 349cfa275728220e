import { setTimeout as sleep } from "node:timers/promises";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Logger } from "pino";
import { ServerError } from "../error.ts";
import type { Database } from "./connect.ts";
import { MIGRATIONS } from "./migrations/index.ts";
import { databaseTrouble } from "./trouble.ts";

export interface Migration {
  /** `0001-catalog`; its beginning gives the order. */
  name: string;
  /**
   * Makes the next step's tables, in a transaction without a time limit. It is typed for tables of its own time, not of
   * today: `db.schema` and `sql` are what it needs.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as Kysely has it for migrations
  up(db: Kysely<any>): Promise<void>;
}

export interface MigrateOptions {
  log: Logger;
  /** Default: those of this program. */
  migrations?: readonly Migration[];
  /** How long another server may take with it, in milliseconds. Default 10 minutes. */
  patience?: number;
  signal?: AbortSignal;
}

/** Advisory locks are one number for everybody in a database: the first bytes of sha256("pawl migrations"). */
const LOCK = "-3295381317874872766";

/**
 * Brings the database to what this program knows, and says which steps that took. Each step is one transaction that takes a
 * lock, looks at what is left, and makes the first of it: servers that start at once share the work, and one that is
 * killed leaves whole steps only.
 * @throws ServerError `database_failed` when the database is newer than this program, or a step doesn't work.
 */
export async function migrate(database: Database, options: MigrateOptions): Promise<string[]> {
  const { log, migrations = MIGRATIONS, patience = 600_000, signal } = options;
  const until = performance.now() + patience;
  const made: string[] = [];
  await using client = database.withoutLimits();
  for (;;) {
    signal?.throwIfAborted();
    const outcome = await client.kysely.transaction().execute((step) => makeNext(step, migrations));
    switch (outcome.kind) {
      case "done":
        return made;
      case "made":
        made.push(outcome.name);
        log.info({ migration: outcome.name }, "database migrated");
        break;
      case "locked":
        if (performance.now() > until) {
          const sentence =
            "Another server has been changing the database's tables for too long; look there what it does.";
          throw new ServerError("database_failed", sentence);
        }
        await sleep(50 + Math.random() * 50, undefined, { signal });
    }
  }
}

type Outcome = { kind: "done" } | { kind: "locked" } | { kind: "made"; name: string };

async function makeNext(step: Transaction<unknown>, migrations: readonly Migration[]): Promise<Outcome> {
  const lock = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${LOCK}::bigint) as taken`.execute(step);
  if (!lock.rows[0]?.taken) return { kind: "locked" };
  await sql`create table if not exists migration (name text primary key, made_at timestamptz not null default now())`.execute(
    step,
  );
  const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(step);
  const there = new Set(rows.map(({ name }) => name));
  refuseNewer(there, migrations);
  const next = migrations.find(({ name }) => !there.has(name));
  if (!next) return { kind: "done" };
  try {
    await next.up(step);
  } catch (cause) {
    throw databaseTrouble(cause) ?? stepFailed(next.name, cause);
  }
  await sql`insert into migration (name) values (${next.name})`.execute(step);
  return { kind: "made", name: next.name };
}

function stepFailed(name: string, cause: unknown): ServerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ServerError("database_failed", `The database could not be changed to ${name}: ${reason}.`, { cause });
}

/** @throws ServerError `database_failed` for a database that a newer program has changed */
export function refuseNewer(there: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const unknown = [...there].filter((name) => !migrations.some((migration) => migration.name === name));
  if (unknown.length === 0) return;
  const sentence = `The database is newer than this program: it has had ${unknown.join(", ")}. Start the newer program, or give this one another database.`;
  throw new ServerError("database_failed", sentence, { fields: { migrations: unknown } });
}
