import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { isPassing } from "../../db/trouble.ts";
import type { ResourceOutcomes } from "../store/resource-outcomes.ts";
import type { ResourceStore } from "../store/resource-store.ts";
import { Lanes } from "./lanes.ts";
import type { Loader } from "./loader.ts";

export interface UpdaterParts {
  /** Those whose upstream is read. */
  distributions: readonly string[];
  store: ResourceStore;
  outcomes: ResourceOutcomes;
  loader: Loader;
  /** What nobody has asked for that long isn't refreshed, in milliseconds; after twice that it is forgotten. */
  wantedFor: number;
  /** What is due later than this, in milliseconds, was written while a clock was wrong. */
  longestWait: number;
  parallel: number;
  log: Logger;
}

/** It is looked that often for what is due, whatever the database said about when. */
const LONGEST_NAP_MS = 5_000;
const SHORTEST_NAP_MS = 50;
/** While reads are under way, each of which wakes it when it ends. */
const BUSY_NAP_MS = 1_000;
const CLEANING_MS = 3_600_000;
const CORRECTING_MS = 60_000;

/** Keeps what was asked for fresh, until the signal fires. Other processes on the same database share the work by leases. */
export class Updater {
  readonly #parts: UpdaterParts;
  readonly #lanes: Lanes;
  #wake = new AbortController();

  constructor(parts: UpdaterParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(parts.parallel);
  }

  /** Something may be due earlier than it was thought. */
  wake(): void {
    this.#wake.abort();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { distributions, log, store, wantedFor } = this.#parts;
    const running = new Set<Promise<void>>();
    let cleaned = performance.now();
    let corrected = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      let nap = LONGEST_NAP_MS;
      try {
        if (performance.now() - corrected > CORRECTING_MS) {
          await this.#correctTimes();
          corrected = performance.now();
        }
        const begun = (await Promise.all(distributions.map((name) => this.#begin(name, signal)))).flat();
        for (const one of begun) {
          running.add(one);
          one.finally(() => running.delete(one));
        }
        if (performance.now() - cleaned > CLEANING_MS) {
          cleaned = performance.now();
          await this.#clean();
        }
        if (running.size > 0) nap = BUSY_NAP_MS;
        else nap = Math.max(SHORTEST_NAP_MS, await store.untilDue(distributions, wantedFor, LONGEST_NAP_MS));
      } catch (error) {
        if (!signal.aborted) log[levelOf(error)]({ err: error }, "catalog updater is held up");
      }
      await this.#nap(nap, running, signal);
    }
    await Promise.all(running);
  }

  /** Begins what is due and has a place. */
  async #begin(distribution: string, signal: AbortSignal): Promise<Promise<void>[]> {
    const { loader, log, store, wantedFor } = this.#parts;
    const count = this.#lanes.free(distribution);
    if (count === 0) return [];
    const due = await store.leaseDue({ distribution, count, wantedFor, except: this.#lanes.full(distribution) });
    return due.map(async (leased) => {
      try {
        await loader.load(leased, this.#lanes, signal);
      } catch (error) {
        const { path } = leased;
        if (!signal.aborted) log[levelOf(error)]({ err: error, path }, "catalog resource could not be saved");
      }
    });
  }

  async #correctTimes(): Promise<void> {
    const { log, longestWait, store } = this.#parts;
    const resources = (await store.correctTimes(longestWait)).length;
    if (resources > 0) log.warn({ resources }, "a clock was wrong: catalog times that lie ahead count as never");
  }

  async #clean(): Promise<void> {
    const { log, outcomes, wantedFor } = this.#parts;
    const removed = await outcomes.removeUnwanted(2 * wantedFor);
    if (removed.resources + removed.releases > 0) log.info(removed, "catalog cleaned");
  }

  /** Until the time is over, a place is free again, or somebody wakes it. */
  async #nap(ms: number, running: ReadonlySet<Promise<void>>, signal: AbortSignal): Promise<void> {
    const nap = new AbortController();
    const ended = AbortSignal.any([signal, this.#wake.signal, nap.signal]);
    await Promise.race([sleep(ms, undefined, { signal: ended }).catch(() => undefined), ...running]);
    nap.abort();
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
  }
}

/** A database that is away is nobody's fault here. */
function levelOf(error: unknown): "warn" | "error" {
  return isPassing(error) ? "warn" : "error";
}
