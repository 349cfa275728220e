import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { BuildQueue } from "../builds/queue/queue.ts";
import type { Database } from "../db/connect.ts";
import type { Store } from "../storage/types.ts";
import type { Sandboxes } from "./sandbox/types.ts";
import { removeScratch, scratchesIn } from "./scratch.ts";

/** How often a worker looks whether a neighbour was killed, in milliseconds. */
const LOOK_EVERY = 5_000;

export interface KilledWorkersOptions {
  database: Database;
  queue: BuildQueue;
  sandboxes: Pick<Sandboxes, "clear">;
  store: Pick<Store, "tidy">;
  /** Where the workers of this machine have the files of their builds. */
  scratchDir: string;
  log: Logger;
}

/**
 * Workers of this machine that were killed, or have ended without clearing up. Their processes and mounts have gone with them; what is left
 * is taken away by those that go on: first their builds, so that nobody waits for files to be removed, then what their sandboxes and folders hold,
 * and what they had begun to store.
 */
export class KilledWorkers {
  readonly #options: KilledWorkersOptions;

  constructor(options: KilledWorkersOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(LOOK_EVERY * (0.8 + Math.random() * 0.4), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.clear(signal).catch((error: unknown) => {
        if (!signal.aborted) this.#options.log.warn({ err: error }, "what killed workers left could not be removed");
      });
    }
  }

  /** Once. Several workers may do it at the same time. */
  async clear(signal: AbortSignal): Promise<void> {
    const { sandboxes, store, scratchDir, log } = this.#options;
    const dead = (await scratchesIn(scratchDir)).filter(({ isAlive }) => !isAlive);
    if (dead.length === 0) return;
    await this.#takeBuilds(dead.map(({ worker }) => worker));
    await sandboxes.clear(signal);
    for (const scratch of dead) {
      signal.throwIfAborted();
      await removeScratch(scratch, log);
    }
    await store.tidy(signal);
  }

  /**
   * What their heartbeat would come to in a while is known at once. The builds are sent back by those who look after builds, as any other
   * worker's that is lost. Where this fails, the end of the heartbeat says the same some seconds later.
   */
  async #takeBuilds(workers: readonly string[]): Promise<void> {
    const { database, queue, log } = this.#options;
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
}
