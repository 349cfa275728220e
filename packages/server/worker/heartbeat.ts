import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { BuildQueue } from "../builds/queue/queue.ts";
import type { BuildRow } from "../builds/records.ts";
import type { Database } from "../db/connect.ts";
import { Stop } from "./stops.ts";

/** In milliseconds; contract server.md §3. */
export interface HeartbeatTimes {
  /** Between two signs of life. Default 3 s. */
  every: number;
  /** A build that wasn't confirmed to be ours for so long is killed: 2 s later somebody else may have it. Default 8 s. */
  fence: number;
}

export const HEARTBEAT_TIMES: HeartbeatTimes = { every: 3_000, fence: 8_000 };

/** Within these two seconds: a process that doesn't hang ends its builds itself, and more gently. In milliseconds. */
const SLACK = 500;

interface Held {
  row: BuildRow;
  stop: AbortController;
  confirmedAt: number;
}

export interface HeartbeatParts {
  database: Database;
  queue: BuildQueue;
  log: Logger;
  times: HeartbeatTimes;
  /** Told for how many milliseconds what runs is certainly ours: it is ended then, even if this process hangs. */
  extend?: (ms: number) => void;
}

/** Ours as long as it isn't disposed of. */
export interface HeldBuild extends Disposable {
  /** Looks anew: a process that was stopped, and goes on, may hear of other things before its timers. */
  check(): void;
}

/** Says that builds are alive, and hears whether they are still ours. */
export class Heartbeat {
  readonly #parts: HeartbeatParts;
  readonly #held = new Map<string, Held>();
  #wake: (() => void) | null = null;

  constructor(parts: HeartbeatParts) {
    this.#parts = parts;
  }

  /**
   * From when it was begun on. One that may be somebody else's by now is stopped at once.
   * @param asked `performance.now()` before the database was asked to begin it: since then at the latest it waits for signs of life
   */
  hold(row: BuildRow, stop: AbortController, asked: number): HeldBuild {
    this.#held.set(row.id, { row, stop, confirmedAt: asked });
    this.#fence();
    this.#extend();
    // It would have been confirmed by now.
    if (performance.now() - asked > this.#parts.times.every) this.#wake?.();
    return { check: () => this.#fence(), [Symbol.dispose]: () => void this.#held.delete(row.id) };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { every, fence } = this.#parts.times;
    // By itself: a database that doesn't answer must not delay it.
    const fencing = setInterval(() => this.#fence(), Math.max(50, fence / 16)).unref();
    try {
      let pause = every;
      while (!signal.aborted) {
        const woken = new AbortController();
        this.#wake = () => woken.abort();
        const until = AbortSignal.any([signal, woken.signal]);
        await sleep(pause, undefined, { signal: until }).catch(() => undefined);
        // What wasn't confirmed is tried again soon: there isn't much time.
        pause = this.#held.size === 0 || (await this.#beat()) ? every : every / 6;
      }
    } finally {
      clearInterval(fencing);
    }
  }

  /** False if nothing was confirmed. */
  async #beat(): Promise<boolean> {
    const { database, queue, log } = this.#parts;
    const asked = performance.now();
    const held = [...this.#held.values()];
    try {
      const ours = await database.kysely.transaction().execute(async (transaction) => {
        const rows = await transaction
          .selectFrom("build")
          .select(["id", "attempt", "queue", "job"])
          .where(
            "id",
            "in",
            held.map(({ row }) => row.id),
          )
          .where("state", "=", "running")
          .execute();
        const alive = rows.filter((row) => this.#held.get(row.id)?.row.attempt === row.attempt);
        const queues = Map.groupBy(alive, (row) => row.queue);
        for (const [name, rows] of queues)
          await queue.touch(
            transaction,
            name,
            rows.flatMap(({ job }) => job ?? []),
          );
        return new Set(alive.map(({ id }) => id));
      });
      for (const one of held) {
        if (ours.has(one.row.id)) one.confirmedAt = asked;
        else if (this.#held.get(one.row.id) === one) one.stop.abort(new Stop("fenced"));
      }
      this.#extend();
      return true;
    } catch (error) {
      log.warn({ err: error, builds: held.length }, "the database doesn't confirm that builds are alive");
      return false;
    }
  }

  /** Those that are being stopped don't count: they have their end. */
  #extend(): void {
    const ours = [...this.#held.values()].filter(({ stop }) => !stop.signal.aborted);
    if (ours.length === 0) return;
    const oldest = Math.min(...ours.map(({ confirmedAt }) => confirmedAt));
    this.#parts.extend?.(oldest + this.#parts.times.fence + SLACK - performance.now());
  }

  #fence(): void {
    const now = performance.now();
    let isOneFenced = false;
    for (const { row, stop, confirmedAt } of this.#held.values()) {
      if (stop.signal.aborted || now - confirmedAt <= this.#parts.times.fence) continue;
      this.#parts.log.warn({ build: row.id }, "build killed: nobody confirms that it is ours");
      stop.abort(new Stop("fenced"));
      isOneFenced = true;
    }
    // The others may have more time than it had.
    if (isOneFenced) this.#extend();
  }
}
