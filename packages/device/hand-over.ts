import type { ApplyRecord, Order, Outcome, Release, Update } from "@pawl/protocol";
import { helperMissing } from "./helper/no-way.ts";
import { Lock } from "./store/lock.ts";
import type { Clock } from "./system/types.ts";

/**
 * Before each start of root's process that has failed before, in milliseconds: what kept it from its work may pass. As often is
 * it started for one update before one gives up.
 */
const PAUSES_MS = [0, 1_000, 5_000];
const LOOK_EVERY_MS = 100;
/** How long it may live without having got to its work, in milliseconds: a busy device, or a unit that waits for others. */
const BEGUN_WITHIN_MS = 10 * 60_000;
/** How long it may live on after its work, in milliseconds. */
const GONE_WITHIN_MS = 15_000;

/** The exit code of root's process, and what it said last. */
interface Ended {
  code: number;
  words: string;
}

/** Root's process, seen from the one that started it. It outlives that one. */
export interface Applying {
  /** Null as long as it runs. */
  ended(): Ended | null;
}

export interface HandOverParts {
  lockDir: string;
  writeOrder(order: Order): Promise<void>;
  /** Takes the order back. Root's side reads it while it has its lock. */
  withdrawOrder(): Promise<void>;
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
    const { clock, start } = this.#parts;
    let end: Ended | null = null;
    for (const pauseMs of PAUSES_MS) {
      if (end && end.code !== 0) await clock.sleep(pauseMs, signal);
      const isOwned = await this.#isOwned();
      // In this order: a process that has given back the lock has written how it ended.
      const outcome = await this.#outcome(update);
      // One that died after that has not said its last words yet: started again, it says them.
      if (outcome && !isOwned && (end?.code ?? 0) === 0) return outcome;
      const watched = await this.#untilGone(update, isOwned ? null : start(update), signal);
      // A second one beside it would do no better.
      if (watched === "stuck") break;
      end = watched ?? end;
    }
    return this.#giveUp(update, end, signal);
  }

  /** An update that is reported as failed must not happen later: whoever comes to it yet finds no order. */
  async #giveUp(update: Update, end: Ended | null, signal: AbortSignal): Promise<Outcome> {
    await this.#parts.withdrawOrder();
    // Who has the lock by now may have read the order before.
    await this.#untilGone(update, null, signal);
    const outcome = await this.#outcome(update);
    if (outcome) return outcome;
    throw helperMissing(update.to, end?.words ?? "");
  }

  /**
   * Until the process has ended, ours or another's: how ours did, null when that can't be said or no longer matters, and
   * `stuck` when it lives and does nothing.
   */
  async #untilGone(update: Update, process: Applying | null, signal: AbortSignal): Promise<Ended | "stuck" | null> {
    const { clock } = this.#parts;
    for (let ownedAt = clock.monotonic(); ; ) {
      const end = process?.ended() ?? null;
      if (end) return end;
      const idleFor = clock.monotonic() - ownedAt;
      if (await this.#isOwned()) ownedAt = clock.monotonic();
      else if (process === null) return null;
      else if (idleFor > BEGUN_WITHIN_MS) return "stuck";
      else if (idleFor > GONE_WITHIN_MS && (await this.#outcome(update))) return null;
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
