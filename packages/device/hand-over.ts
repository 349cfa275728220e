import type { ApplyRecord, Order, Outcome, Release, Update } from "@pawl/protocol";
import { bundleName } from "./download/downloads.ts";
import { UpdateError } from "./error.ts";
import { Lock } from "./store/lock.ts";
import type { Clock } from "./system/types.ts";

/** How often root's process is started for one update before one gives up. */
const MOST_STARTS = 3;
const LOOK_EVERY_MS = 100;
/** From its start until it has the lock, in milliseconds. */
const LOCK_WITHIN_MS = 15_000;

/** Root's process, seen from the one that started it. It outlives that one. */
export interface Applying {
  /** Its exit code, and what it said last; null for both as long as it runs. */
  ended(): { code: number; words: string } | null;
}

export interface HandOverParts {
  lockDir: string;
  writeOrder(order: Order): Promise<void>;
  /** Starts root's process for an update, in a session of its own. */
  start(update: Update): Applying;
  apply(): Promise<ApplyRecord>;
  /** The hash of the bundle that was downloaded for a release. */
  bundleOf(release: Release): Promise<string>;
  clock: Clock;
}

/** Gives an update to root's side and follows it to its end. When the process there dies, it is started again. */
export class HandOver {
  readonly #parts: HandOverParts;

  constructor(parts: HandOverParts) {
    this.#parts = parts;
  }

  /** Orders an update and returns how it ended. Throws UpdateError `helper_missing` when nobody carries it out. */
  async carryOut(update: Update, release: Release | null, signal: AbortSignal): Promise<Outcome> {
    const ended = await this.#outcome(update);
    if (ended) return ended;
    const bundle = release ? bundleName(await this.#parts.bundleOf(release)) : null;
    await this.#parts.writeOrder({ update, release, bundle });
    return this.finish(update, signal);
  }

  /** Sees an update that was ordered before to its end. */
  async finish(update: Update, signal: AbortSignal): Promise<Outcome> {
    const { clock, lockDir } = this.#parts;
    let words = "";
    for (let starts = 0; starts < MOST_STARTS; starts++) {
      const process = (await Lock.owner(lockDir)) ? null : this.#parts.start(update);
      const lockBy = clock.monotonic() + LOCK_WITHIN_MS;
      for (;;) {
        const outcome = await this.#outcome(update);
        if (outcome) return outcome;
        const end = process?.ended() ?? null;
        if (end) {
          words = end.words;
          break;
        }
        const someone = await Lock.owner(lockDir);
        if (!someone && (process === null || clock.monotonic() > lockBy)) break;
        await clock.sleep(LOOK_EVERY_MS, signal);
      }
    }
    const outcome = await this.#outcome(update);
    if (outcome) return outcome;
    throw new UpdateError("helper_missing", "The part of Pawl that may change this device could not do its work.", {
      version: update.to,
      detail: words || null,
    });
  }

  async #outcome(update: Update): Promise<Outcome | null> {
    const { last, engine } = await this.#parts.apply();
    return engine.status === "idle" && last?.id === update.id ? last : null;
  }
}
