import type { ApplyRecord, Order, Outcome, Release, Update } from "@pawl/protocol";
import { UpdateError } from "./error.ts";
import { Lock } from "./store/lock.ts";
import type { Clock } from "./system/types.ts";

/** How often root's process is started for one update before one gives up. */
const MOST_STARTS = 3;
const LOOK_EVERY_MS = 100;
/** How long it may be without the lock, before and after its work, in milliseconds. */
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
    const { apply, writeOrder } = this.#parts;
    const { engine } = await apply();
    const isBegun = (engine.status !== "idle" && engine.update.id === update.id) || (await this.#outcome(update));
    if (!isBegun) await writeOrder({ update, release });
    return this.finish(update, signal);
  }

  /** Sees an update that was ordered before to its end, which is when root's side is free again. */
  async finish(update: Update, signal: AbortSignal): Promise<Outcome> {
    let end: ReturnType<Applying["ended"]> = null;
    for (let starts = 0; starts < MOST_STARTS; starts++) {
      const isOwned = await this.#isOwned();
      // In this order: a process that has given back the lock has written how it ended.
      const outcome = await this.#outcome(update);
      // One that died after that has not said its last words yet: started again, it says them.
      if (outcome && !isOwned && (end?.code ?? 0) === 0) return outcome;
      end = (await this.#untilGone(isOwned ? null : this.#parts.start(update), signal)) ?? end;
    }
    const outcome = await this.#outcome(update);
    if (outcome) return outcome;
    throw new UpdateError("helper_missing", "The part of Pawl that may change this device could not do its work.", {
      version: update.to,
      detail: end?.words || null,
    });
  }

  /** Until the process has ended, ours or another's: how ours did, null when that can't be said. */
  async #untilGone(process: Applying | null, signal: AbortSignal): Promise<ReturnType<Applying["ended"]>> {
    const { clock } = this.#parts;
    for (let ownedAt = clock.monotonic(); ; ) {
      const end = process?.ended() ?? null;
      if (end) return end;
      if (await this.#isOwned()) ownedAt = clock.monotonic();
      else if (process === null || clock.monotonic() - ownedAt > LOCK_WITHIN_MS) return null;
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  async #isOwned(): Promise<boolean> {
    return (await Lock.owner(this.#parts.lockDir)) !== null;
  }

  async #outcome(update: Update): Promise<Outcome | null> {
    const { last, engine } = await this.#parts.apply();
    return engine.status === "idle" && last?.id === update.id ? last : null;
  }
}
