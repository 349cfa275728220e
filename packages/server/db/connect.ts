import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import type { Logger } from "pino";
import { ServerError } from "../error.ts";
import { type Gap, Listener, type Subscription } from "./listener.ts";
import { isSomethingElse, placeOf } from "./place.ts";
import type { Tables } from "./tables.ts";
import { DISK_FULL, isPassing } from "./trouble.ts";
import { wordedPool } from "./worded-pool.ts";

/** An error of that kind is believed so long: what couldn't be kept is tried again within that time. */
const FULL_FOR_MS = 60_000;

/** The oldest server that is supported: major version × 10000, as `server_version_num`. */
const OLDEST_SERVER = 140_000;

export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/name`; a socket's folder as `?host=/folder`. */
  url: string;
  /** How many at most; one more is used for listening. Default 10. */
  connections?: number;
  log: Logger;
  /** As `pg_stat_activity` shows it. Default `pawl`. */
  applicationName?: string;
  /** A statement that takes longer is ended by the server, in milliseconds. Default 30 s; `set local` raises it. */
  statementTimeout?: number;
  /** How long a server may take to let us in, in milliseconds. Default 5 s. */
  connectTimeout?: number;
  /** How long queries that run have to come to their end when it is closed, in milliseconds. Default 5 s. */
  closeTimeout?: number;
  /** How long a server that isn't there yet is waited for, in milliseconds. Default 10 s. */
  patience?: number;
  /** After how long of it that is told, in milliseconds. Default 2 s. */
  tellAfter?: number;
  /** Told once, besides the log: why it is waited, and where the database is to be. */
  onWait?: (sentence: string) => void;
  signal?: AbortSignal;
}

/**
 * Connects, and makes sure that the server is one that we can use.
 * @throws ServerError `database_unavailable` when nobody answers, `database_failed` for what won't go away by itself.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { patience = 10_000, tellAfter = 2_000, log, onWait, signal } = options;
  const begun = performance.now();
  const until = begun + patience;
  const database = new Database(options);
  let isTold = false;
  try {
    for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
      signal?.throwIfAborted();
      try {
        await database.requireServer();
        return database;
      } catch (error) {
        if (!isPassing(error) || performance.now() + pause > until) throw error;
        if (!isTold && performance.now() - begun > tellAfter) {
          isTold = true;
          log.warn({ err: error, place: placeOf(options.url) }, "waiting for the database");
          onWait?.(`Waiting for the database. ${placed(error, options.url)}`);
        }
      }
      await sleep(pause * (0.5 + Math.random()), undefined, { signal });
    }
  } catch (error) {
    await database[Symbol.asyncDispose]();
    signal?.throwIfAborted();
    throw error instanceof ServerError ? await explained(error, options) : error;
  }
}

/** For whoever starts it. To those who ask the server for something the place is none of their business. */
async function explained(error: ServerError, { url, signal }: DatabaseOptions): Promise<ServerError> {
  const { code, fields, cause, retryAfter } = error;
  if (code === "database_unavailable" && (await isSomethingElse(url, signal))) {
    const sentence = `What answers at ${placeOf(url)} isn't PostgreSQL; see DATABASE_URL or database.url.`;
    return new ServerError("database_failed", sentence, { cause });
  }
  return new ServerError(code, placed(error, url), { cause, fields, retryAfter: retryAfter ?? undefined });
}

function placed(error: unknown, url: string): string {
  return `${error instanceof Error ? error.message : String(error)} (The database is to be at ${placeOf(url)}.)`;
}

/** A database's connections: queries, transactions, notifications. An error of an idle one is logged, and it is replaced. */
export class Database implements AsyncDisposable {
  readonly kysely: Kysely<Tables>;
  /** For what Kysely has no words for, such as COPY. */
  readonly pool: pg.Pool;
  readonly #config: pg.ClientConfig;
  readonly #log: Logger;
  readonly #listener: Listener;
  readonly #open = new Set<pg.PoolClient>();
  readonly #closeTimeout: number;
  #closing: Promise<void> | null = null;
  #fullAt = Number.NEGATIVE_INFINITY;

  constructor(options: DatabaseOptions) {
    const { url, connections = 10, log, applicationName = "pawl", statementTimeout = 30_000 } = options;
    this.#log = log;
    this.#closeTimeout = options.closeTimeout ?? 5_000;
    this.#config = {
      connectionString: url,
      application_name: applicationName,
      connectionTimeoutMillis: options.connectTimeout ?? 5_000,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      types: { getTypeParser },
    };
    this.pool = new pg.Pool({
      ...this.#config,
      max: connections,
      idleTimeoutMillis: 30_000,
      statement_timeout: statementTimeout,
      idle_in_transaction_session_timeout: 60_000,
      // For a server that is gone without a word; the statement's own limit comes first.
      query_timeout: Math.max(120_000, statementTimeout * 2),
    });
    this.#watch(this.pool);
    this.kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: wordedPool(this.pool) }) });
    this.#listener = new Listener(this.#config, log);
  }

  /**
   * Hears of every `notify` on a channel. When the connection is lost `onLost` is called, and `onReconnect` when it is there again: what
   * was sent in between is lost. Resolves once it listens; `await using`, or dispose, to stop.
   */
  listen(channel: string, onNotify: (payload: string) => void, gap?: Gap): Promise<Subscription> {
    return this.#listener.listen(channel, onNotify, gap);
  }

  /** Tells all who listen, in this process or another, at most 8000 bytes. In a transaction use `pg_notify` itself. */
  async notify(channel: string, payload = ""): Promise<void> {
    await sql`select pg_notify(${channel}, ${payload})`.execute(this.kysely);
  }

  /** One connection of its own whose statements may take as long as they need. */
  withoutLimits(): AsyncDisposable & { kysely: Kysely<unknown> } {
    const pool = new pg.Pool({ ...this.#config, max: 1 });
    this.#watch(pool);
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: wordedPool(pool) }) });
    return { kysely, [Symbol.asyncDispose]: () => kysely.destroy() };
  }

  /** @throws ServerError `database_failed` when the server is too old. */
  async requireServer(): Promise<void> {
    const { rows } = await sql<{ number: string; words: string }>`
      select current_setting('server_version_num') as number, current_setting('server_version') as words
    `.execute(this.kysely);
    const [server] = rows;
    if (server && Number(server.number) >= OLDEST_SERVER) return;
    const sentence = `The database's server is PostgreSQL ${server?.words}; Pawl needs 14 or newer.`;
    throw new ServerError("database_failed", sentence);
  }

  /** Whether it has said within the last minute that it has no room left for something. */
  get isFull(): boolean {
    return performance.now() - this.#fullAt < FULL_FOR_MS;
  }

  /** Lets queries that run come to their end, for a while; what is left is cut. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#listener[Symbol.asyncDispose]();
    const cut = setTimeout(() => {
      for (const client of this.#open) destroy(client);
    }, this.#closeTimeout);
    await this.kysely.destroy();
    // Kysely ends the pool only if it was ever used.
    if (!this.pool.ended && !this.pool.ending) await this.pool.end();
    clearTimeout(cut);
  }

  /** Without these, a server that goes away would end the process: of an idle client the pool says so, of one in use only itself. */
  #watch(pool: pg.Pool): void {
    pool.on("error", () => undefined);
    pool.on("connect", (client) => {
      this.#open.add(client);
      client.on("error", (error) => {
        // One that is being closed may hear that its server ends, too.
        if (!this.#closing) this.#log.warn({ err: error }, "a connection to the database was lost");
      });
      client.once("end", () => this.#open.delete(client));
      // Whatever it was that failed: a statement of Kysely's, or a COPY.
      connectionOf(client)?.on("errorMessage", ({ code }) => {
        if (code === DISK_FULL) this.#fullAt = performance.now();
      });
    });
  }
}

/** pg has no way to end a client whose query doesn't end. */
function destroy(client: pg.PoolClient): void {
  connectionOf(client)?.stream?.destroy();
}

interface Connection {
  stream?: { destroy(): void };
  on(event: "errorMessage", listener: (error: { code?: string }) => void): unknown;
}

/** What a client speaks through; pg's types don't have it. */
function connectionOf(client: pg.PoolClient): Connection | undefined {
  return (client as pg.PoolClient & { connection?: Connection }).connection;
}

const INT8 = pg.types.builtins.INT8;

/** Counts and sizes are numbers, not text: none of ours comes near 2⁵³. */
function getTypeParser(oid: number, format?: "text" | "binary") {
  return oid === INT8 && format !== "binary" ? Number : pg.types.getTypeParser(oid, format);
}
