import { type Kysely, sql } from "kysely";
import type { PgBoss } from "pg-boss";
import type { Logger } from "pino";
import type { Database } from "../../db/connect.ts";
import type { Tables } from "../../db/tables.ts";
import { databaseTrouble } from "../../db/trouble.ts";
import { bossDatabase, inTransaction } from "./executor.ts";
import { QUEUE_SCHEMA } from "./schema.ts";

export interface BuildQueueOptions {
  database: Database;
  log: Logger;
  /** How often lost workers are looked for, in whole seconds. Default 5. */
  superviseEvery?: number;
}

/** A job as the queue keeps it. */
export interface QueuedJob {
  /** UUID. */
  id: string;
  queue: string;
  build: string;
  /** Request key: of each there is at most one job. */
  key: string;
  /** Lower numbers first. */
  place: number;
  /** After so many seconds nobody believes any more that it will end. */
  expiresIn: number;
}

/** The settings of contract server.md §3; times in seconds. */
const HEARTBEAT = 10;
const SUPERVISE = 5;

/**
 * pg-boss: which job is whose, and who has stopped giving a sign of life. It never decides what becomes of a build: that is in our
 * own tables, and both change in one transaction.
 */
export class BuildQueue implements AsyncDisposable {
  readonly #options: BuildQueueOptions;
  readonly #there = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(queue: string) => void>();
  #boss: Promise<PgBoss> | null = null;
  #isClosed = false;

  constructor(options: BuildQueueOptions) {
    this.#options = options;
  }

  /** Once; whoever needs it waits for it. */
  start(): Promise<PgBoss> {
    if (this.#isClosed) return Promise.reject(new Error("the queue of builds is closed"));
    this.#boss ??= this.#start().catch((error: unknown) => {
      this.#boss = null;
      throw databaseTrouble(error) ?? error;
    });
    return this.#boss;
  }

  /** Told the name of a queue as soon as there is a job in it. */
  onJob(listener: (queue: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  /** Makes the queue if it isn't there. Before a transaction, which has a connection already: this one takes another. */
  ensure(queue: string): Promise<void> {
    let there = this.#there.get(queue);
    if (!there) {
      there = this.#ensure(queue).catch((error: unknown) => {
        this.#there.delete(queue);
        throw databaseTrouble(error) ?? error;
      });
      this.#there.set(queue, there);
    }
    return there;
  }

  /** In `transaction`; false if there is another job for the same key. The queue has to be there. */
  async send(transaction: Kysely<Tables>, job: QueuedJob): Promise<boolean> {
    const boss = await this.start();
    const how = { id: job.id, priority: -job.place, singletonKey: job.key, expireInSeconds: job.expiresIn };
    const sent = await inTransaction(transaction, (db) => boss.send(job.queue, { build: job.build }, { ...how, db }));
    return sent !== null;
  }

  /** Takes the first one, in `transaction`: whoever does is alive from now on. */
  async take(transaction: Kysely<Tables>, queue: string): Promise<{ id: string; build: string } | null> {
    await this.ensure(queue);
    const boss = await this.start();
    const [job] = await inTransaction(transaction, (db) => boss.fetch<{ build: string }>(queue, { db }));
    return job ? { id: job.id, build: job.data.build } : null;
  }

  /** A sign of life, in `transaction`. */
  async touch(transaction: Kysely<Tables>, queue: string, jobs: readonly string[]): Promise<void> {
    const boss = await this.start();
    await inTransaction(transaction, (db) => boss.touch(queue, [...jobs], { db }));
  }

  /** Forgets a job, whoever has it, in `transaction`. */
  async drop(transaction: Kysely<Tables>, queue: string, job: string): Promise<void> {
    await this.ensure(queue);
    const boss = await this.start();
    await inTransaction(transaction, (db) => boss.deleteJob(queue, job, { db }));
  }

  /** Forgets what stands in the way of a new job for a key: something that no build knows of. */
  async dropStray(transaction: Kysely<Tables>, queue: string, key: string): Promise<void> {
    const boss = await this.start();
    await inTransaction(transaction, async (db) => {
      for (const { id } of await boss.findJobs(queue, { key, db })) await boss.deleteJob(queue, id, { db });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    const boss = await this.#boss?.catch(() => null);
    await boss?.stop({ graceful: false }).catch((error: unknown) => {
      this.#options.log.warn({ err: error }, "the queue of builds didn't stop well");
    });
  }

  async #start(): Promise<PgBoss> {
    const { database, log, superviseEvery = SUPERVISE } = this.#options;
    const { PgBoss } = await import("pg-boss");
    const boss = new PgBoss({
      db: bossDatabase(database, (queue) => {
        for (const listener of this.#listeners) listener(queue);
      }),
      schema: QUEUE_SCHEMA,
      useListenNotify: true,
      schedule: false,
      superviseIntervalSeconds: superviseEvery,
      monitorIntervalSeconds: superviseEvery,
      maintenanceIntervalSeconds: superviseEvery,
      // Nothing depends on anything here, and no table is so large.
      flowIntervalSeconds: 3_600,
      reindex: false,
      monitorVacuum: false,
    });
    // They are events: nobody waits for what failed, and it is tried again.
    boss.on("error", (error) => log.warn({ err: error }, "the queue of builds has had trouble"));
    boss.on("warning", (warning) => log.warn({ warning }, "the queue of builds warns"));
    await boss.start();
    return boss;
  }

  async #ensure(queue: string): Promise<void> {
    const boss = await this.start();
    await boss.createQueue(queue, {
      policy: "exclusive",
      notify: true,
      heartbeatSeconds: HEARTBEAT,
      // How often a worker may be lost is counted, and ended, by us.
      retryLimit: 1_000,
      retryDelay: 0,
      retentionSeconds: 90 * 86_400,
    });
    // From now on it knows the queue, and needn't ask for it while somebody's transaction waits.
    await boss.findJobs(queue, { id: NO_JOB });
  }
}

const NO_JOB = "00000000-0000-0000-0000-000000000000";

/** States of jobs that are still somebody's business, by id. What isn't in it is over, or was never there. */
export async function liveJobs(
  kysely: Kysely<Tables>,
  jobs: readonly string[],
): Promise<Map<string, "waiting" | "taken">> {
  const { rows } = await sql<{ id: string; state: string }>`
    select id, state::text as state from ${sql.id(QUEUE_SCHEMA, "job")}
    where id = any(${[...jobs]}::uuid[]) and state <= 'active'`.execute(kysely);
  return new Map(rows.map(({ id, state }) => [id, state === "active" ? "taken" : "waiting"]));
}
