import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Logger } from "pino";
import type { Database } from "./connect.ts";

/** How often it is compared with the database's, in milliseconds. */
const COMPARED_EVERY = 10_000;

export interface DatabaseClockOptions {
  log: Logger;
  /** How often it is compared, in milliseconds. */
  every?: number;
}

/**
 * The database's time, which all who share a database have in common, without asking it each time: in between it goes by this machine's
 * monotonic clock. Whoever sets this machine's clock changes nothing of it.
 */
export class DatabaseClock implements AsyncDisposable {
  readonly now = (): Date => new Date(Math.round(this.#ahead + performance.now()));
  readonly #database: Pick<Database, "kysely">;
  readonly #options: DatabaseClockOptions;
  readonly #ended = new AbortController();
  /** Milliseconds since 1970 at which `performance.now()` was 0. */
  #ahead = 0;
  #comparing: Promise<void> = Promise.resolve();

  private constructor(database: Pick<Database, "kysely">, options: DatabaseClockOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** @throws ServerError when the database can't be asked */
  static async start(database: Pick<Database, "kysely">, options: DatabaseClockOptions): Promise<DatabaseClock> {
    const clock = new DatabaseClock(database, options);
    await clock.#compare();
    clock.#comparing = clock.#run();
    return clock;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await this.#comparing;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended;
    const { log, every = COMPARED_EVERY } = this.#options;
    while (!signal.aborted) {
      await sleep(every * (0.9 + Math.random() * 0.2), undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      // It goes on as it is: no clock of a machine runs so wrongly that it would be seen soon.
      await this.#compare().catch((error: unknown) => log.debug({ err: error }, "the database's clock was not asked"));
    }
  }

  async #compare(): Promise<void> {
    const asked = performance.now();
    const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(this.#database.kysely);
    const answered = performance.now();
    const [answer] = rows;
    if (answer) this.#ahead = answer.now.getTime() - (asked + answered) / 2;
  }
}
