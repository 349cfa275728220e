import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Database } from "../db/connect.ts";
import type { Store } from "../storage/types.ts";
import { alone } from "./alone.ts";
import { Collection } from "./collection.ts";
import { SETTLING } from "./plan.ts";
import { lastBegun, lastRun, noteBegin, noteEnd } from "./runs.ts";
import { busyReport } from "./tally.ts";
import type { GcReport, GcRun } from "./types.ts";

export interface CollectorOptions {
  database: Database;
  store: Pick<Store, "remove" | "builds" | "tidy">;
  /**
   * Whether what is in the store and of which nothing is known is this database's to remove: another one's servers may have put it there. On a
   * dry run it only looks.
   */
  ownsStore: (how: { dryRun: boolean }, signal: AbortSignal) => Promise<boolean>;
  /** What else is kept small: called with what ends it. */
  upkeep: (signal: AbortSignal) => Promise<void>;
  /** Bytes for all that is kept. */
  budget: number;
  /** How often, in milliseconds. */
  every: number;
  clock: () => Date;
  log: Logger;
}

export interface CollectOptions {
  /** Says what would go, and changes nothing. */
  dryRun?: boolean;
  /** After so many milliseconds the rest is left for the next time. Default 10 minutes. */
  mostMs?: number;
}

const MOST_MS = 10 * 60_000;
/** Before the first look after a start, at most, in milliseconds: servers that start at once don't all look at once. */
const FIRST_PAUSE = 60_000;
/** After a failure, at most, in milliseconds. */
const RETRY_PAUSE = 5 * 60_000;
/** Between two looks, in milliseconds: a timer can't wait for ever. */
const LONGEST_PAUSE = 24 * 3_600_000;

/**
 * Removes what isn't kept any longer: builds whose time is over, what is too much for the budget, and what lies in the store and belongs
 * to nothing. Any number of processes may have one; one at a time is at it.
 */
export class Collector implements AsyncDisposable {
  readonly #options: CollectorOptions;
  readonly #ended = new AbortController();
  #running: Promise<void> | null = null;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Collects again and again from now on, until it is disposed of. */
  start(): void {
    this.#running ??= this.#run(this.#ended.signal);
  }

  /** @throws ServerError database_unavailable, store_unavailable, store_failed */
  async collect({ dryRun = false, mostMs = MOST_MS }: CollectOptions, signal: AbortSignal): Promise<GcReport> {
    const { database, budget } = this.#options;
    const ending = AbortSignal.any([signal, this.#ended.signal]);
    if (dryRun) return new Collection(this.#options, { dryRun, mostMs }, ending).run();
    const report = await alone(database, ending, (held) => this.#collect(mostMs, held));
    return report ?? busyReport({ dryRun, budget });
  }

  /** @throws ServerError database_unavailable */
  last(): Promise<GcRun | null> {
    return lastRun(this.#options.database.kysely);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort(new Error("the server is stopping"));
    await this.#running;
  }

  async #collect(mostMs: number, signal: AbortSignal): Promise<GcReport> {
    const { database, log } = this.#options;
    const begun = performance.now();
    await noteBegin(database.kysely);
    try {
      const report = await this.#collectAndUpkeep(mostMs, signal);
      await noteEnd(database.kysely, { report, trouble: null });
      const { dryRun: _, busy: __, listed: ___, budget: ____, ...told } = report;
      log.info({ ...told, ms: Math.round(performance.now() - begun) }, "collected what isn't kept any longer");
      return report;
    } catch (error) {
      const trouble = error instanceof Error ? error.message : String(error);
      await noteEnd(database.kysely, { report: null, trouble }).catch(() => undefined);
      throw error;
    }
  }

  /** The rest is kept small also while the store is away. @throws what went wrong first */
  async #collectAndUpkeep(mostMs: number, signal: AbortSignal): Promise<GcReport> {
    const { upkeep, log } = this.#options;
    let report: GcReport;
    try {
      report = await new Collection(this.#options, { dryRun: false, mostMs }, signal).run();
    } catch (error) {
      if (!signal.aborted)
        await upkeep(signal).catch((err: unknown) => log.warn({ err }, "what else is kept small could not be made so"));
      throw error;
    }
    await upkeep(signal);
    return report;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { every, log } = this.#options;
    let pause = Math.min(every, FIRST_PAUSE) * Math.random();
    while (!signal.aborted) {
      await sleep(Math.min(pause, LONGEST_PAUSE), undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        pause = (await this.#turn(signal)) * (0.9 + Math.random() * 0.2);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error }, "what isn't kept any longer could not be collected");
        pause = Math.min(every, RETRY_PAUSE) * (0.5 + Math.random());
      }
    }
  }

  /** If nobody has collected lately, this process does. @returns milliseconds until the next turn */
  async #turn(signal: AbortSignal): Promise<number> {
    const { database, every } = this.#options;
    const last = await lastBegun(database.kysely);
    // Whoever comes a little early because of its jitter isn't sent away for a whole turn.
    if (last !== null && last.ago < every * 0.85 && !last.isUnfinished) return every - last.ago;
    const report = await this.collect({}, signal);
    if (report.busy) return Math.min(every, RETRY_PAUSE);
    if (!report.whole) return Math.min(every, 1_000);
    return report.evicted.count > 0 ? Math.min(every, SETTLING + 1_000) : every;
  }
}
