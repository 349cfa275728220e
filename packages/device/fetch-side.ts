import type { ApplyRecord, FetchRecord } from "@pawl/protocol";
import { UpdateError } from "./error.ts";
import type { HandOver } from "./hand-over.ts";
import type { Notices } from "./notices/types.ts";
import { Lock, type LockAttempt, type LockOwner } from "./store/lock.ts";
import type { AppPaths } from "./store/paths.ts";
import type { Reporters } from "./store/reporters.ts";
import type { Clock } from "./system/types.ts";
import { type EngineParts, type RecordStore, runEngine } from "./update/engine.ts";
import { type FetchEvent, fetchTransition, updateOf } from "./update/fetch-transition.ts";
import { stateOf } from "./update/phase.ts";
import { type Executors, type FetchStep, planFetch } from "./update/plan.ts";
import type { Policy } from "./update/policy.ts";

export interface FetchSideParts {
  paths: AppPaths;
  store: RecordStore<FetchRecord>;
  /** Root's record, read without taking part. */
  apply(): Promise<ApplyRecord>;
  executors: Executors<FetchStep, FetchEvent>;
  handOver: HandOver;
  reporters: Reporters;
  policy(): Promise<Policy>;
  notices: Notices;
  clock: Clock;
  /** Aborted when this process has to end. */
  shutdown: AbortSignal;
  /** Work in the background broke in a way nobody foresaw. */
  onFault(error: unknown): void;
}

/** By then the process that carried out an update has ended and its lock is free, in milliseconds. */
const PUT_AWAY_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 20;

/** Both halves' records as they stand. */
interface Found {
  record: FetchRecord;
  roots: ApplyRecord;
}

/**
 * The unprivileged side of one app in this process: begins what is asked for under the app's lock, and goes on with it
 * in the background, while the caller has long had an answer.
 */
export class FetchSide {
  readonly #parts: FetchSideParts;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: FetchSideParts) {
    this.#parts = parts;
  }

  /**
   * Takes the lock, decides, records the decision; the rest happens in the background. `decide` gets a record that is
   * idle or waits for its window, and root's, and gives null to only go on with it. Throws UpdateError `busy`, and what
   * `decide` throws.
   */
  async begin(
    purpose: string,
    decide: (record: FetchRecord, roots: ApplyRecord) => Promise<FetchEvent | null>,
  ): Promise<void> {
    const { store, apply, clock, reporters } = this.#parts;
    const attempt = await this.#turn(purpose);
    if ("busy" in attempt) throw busy(attempt.busy, clock.now());
    let lock: Lock | null = attempt.held;
    try {
      const applier = await this.#applier();
      if (applier) throw busy(applier, clock.now());
      const found = { record: await store.load(), roots: await apply() };
      if (await this.#isLeftOver(found)) {
        this.#goOn(lock, found, { type: "interrupted" });
        lock = null;
        throw new UpdateError("busy", "An update that was interrupted is being finished first. Try again in a moment.");
      }
      // Whoever ended the last update may have died before it was noted: after this one nobody would know.
      await this.#parts.notices.note();
      const event = await decide(found.record, found.roots);
      const begun = event ? fetchTransition(found.record, event) : found.record;
      if (event) {
        await store.save(begun);
        // An update that was waiting has given way to this one.
        if (begun.last && begun.last.id !== found.record.last?.id) await reporters.end(begun.last);
        this.#announce(begun);
      }
      this.#goOn(lock, { ...found, record: begun }, null);
      lock = null;
    } finally {
      await lock?.[Symbol.asyncDispose]();
    }
  }

  /** The lock, or who works. An update whose end is told is being put away for a moment more: that keeps nobody off. */
  async #turn(purpose: string): Promise<LockAttempt> {
    const { paths, clock, shutdown } = this.#parts;
    for (const until = clock.monotonic() + PUT_AWAY_WITHIN_MS; ; await clock.sleep(LOOK_EVERY_MS, shutdown)) {
      const attempt = await Lock.tryAcquire(paths.api.lock, purpose, clock.now());
      if ("held" in attempt || clock.monotonic() > until || !(await this.#isOver())) return attempt;
    }
  }

  /** Who works on root's side. One that only looks whether there is anything to finish, as at boot, keeps nobody off. */
  async #applier(): Promise<LockOwner | null> {
    const { paths, clock, shutdown } = this.#parts;
    for (const until = clock.monotonic() + PUT_AWAY_WITHIN_MS; ; await clock.sleep(LOOK_EVERY_MS, shutdown)) {
      const owner = await Lock.owner(paths.apply.lock);
      if (owner === null || clock.monotonic() > until || !(await this.#isOver())) return owner;
    }
  }

  async #isOver(): Promise<boolean> {
    const { engine } = await this.#parts.store.load();
    const roots = await this.#parts.apply();
    if (roots.engine.status !== "idle") return false;
    return engine.status === "idle" || (engine.status === "applying" && roots.last?.id === engine.update.id);
  }

  /** Finishes, in the background, what a dead process left, and begins what has waited for its time; true when there was something. */
  async resume(): Promise<boolean> {
    const { paths, store, apply, policy, reporters, clock } = this.#parts;
    const attempt = await Lock.tryAcquire(paths.api.lock, "recovery", clock.now());
    if ("busy" in attempt) return false;
    let lock: Lock | null = attempt.held;
    try {
      const found = { record: await store.load(), roots: await apply() };
      const { engine, last } = found.record;
      const hasStep = planFetch(engine, await policy(), clock.now()) !== null;
      if (hasStep || (await this.#isLeftOver(found))) {
        this.#goOn(lock, found, { type: "interrupted" });
        lock = null;
        return true;
      }
      // The record may have reached the disk and its last words not.
      if (last) await reporters.end(last);
      await this.#tellLeftOver();
      return false;
    } finally {
      await lock?.[Symbol.asyncDispose]();
    }
  }

  /** What a dead process had no time left to tell. */
  async #tellLeftOver(): Promise<void> {
    const { notices, shutdown, onFault } = this.#parts;
    await notices.note();
    const before = this.#work;
    this.#work = before
      .then(() => notices.deliver(shutdown))
      .catch((error) => {
        if (!shutdown.aborted) onFault(error);
      });
  }

  /** Sees to it that a request to cancel is seen where no process would look: the update waits, or its process is dead. */
  async attendCancel(updateId: string): Promise<void> {
    const { paths, store, apply, clock, shutdown } = this.#parts;
    const attempt = await Lock.tryAcquire(paths.api.lock, "cancel", clock.now());
    if ("busy" in attempt) return;
    let lock: Lock | null = attempt.held;
    try {
      const found = { record: await store.load(), roots: await apply() };
      const { engine } = found.record;
      if (engine.status === "waiting" && engine.update.id === updateId) {
        const event = { type: "cancelled", at: clock.now().toISOString() } as const;
        await runEngine(await this.#engine(), found.record, event, shutdown);
      } else if (await this.#isLeftOver(found)) {
        this.#goOn(lock, found, { type: "interrupted" });
        lock = null;
      }
    } finally {
      await lock?.[Symbol.asyncDispose]();
    }
  }

  /** Drops what the last check found. Whoever works at this moment, and finds something new, isn't disturbed. */
  async forgetCheck(): Promise<void> {
    const { paths, store, clock } = this.#parts;
    const attempt = await Lock.tryAcquire(paths.api.lock, "another channel", clock.now());
    if ("busy" in attempt) return;
    await using _lock = attempt.held;
    await store.save({ ...(await store.load()), release: null, last_checked: null });
  }

  /** Ends when what this process does in the background has ended; never rejects. */
  async settled(): Promise<void> {
    for (let work: Promise<void> | null = null; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
  }

  /** In the background, from what the disk says since the lock is held. */
  #goOn(lock: Lock, { record, roots }: Found, event: FetchEvent | null): void {
    const { handOver, shutdown, onFault, notices } = this.#parts;
    const work = async () => {
      await using _lock = lock;
      // Root's half first: what it ends in decides what this half has to do. An update that is handed over looks itself.
      const isHandedOver = record.engine.status === "applying";
      if (roots.engine.status !== "idle" && !isHandedOver) await handOver.finish(roots.engine.update, shutdown);
      await runEngine(await this.#engine(), record, event, shutdown);
    };
    this.#work = work()
      // The lock is free by then: a slow web hook keeps nobody waiting.
      .then(() => notices.deliver(shutdown))
      .catch((error) => {
        if (!shutdown.aborted) onFault(error);
      });
  }

  async #engine(): Promise<EngineParts<FetchRecord, FetchStep, FetchEvent>> {
    const { store, executors, clock, reporters, notices } = this.#parts;
    const policy = await this.#parts.policy();
    const at = () => clock.now().toISOString();
    return {
      store,
      plan: (record) => planFetch(record.engine, policy, clock.now()),
      transition: fetchTransition,
      execute: (step, signal) =>
        (executors[step.action] as (step: FetchStep, signal: AbortSignal) => Promise<FetchEvent>)(step, signal),
      failed: (error) => ({ type: "failed", at: at(), failure: error.toFailure() }),
      cancelled: () => ({ type: "cancelled", at: at() }),
      publish: async (record) => {
        this.#announce(record);
        if (record.engine.status === "idle" && record.last) await reporters.end(record.last);
        if (record.engine.status === "idle" || record.engine.status === "waiting") await notices.note();
      },
    };
  }

  /** Tells the phase of an update on this side; root's side tells its own. */
  #announce({ engine }: FetchRecord): void {
    const update = updateOf(engine);
    if (!update) return;
    // Whoever follows the newest update finds this one from now on.
    const reporter = this.#parts.reporters.of(update);
    if (engine.status === "applying") return;
    const { state, phase } = stateOf(engine, { engine: { status: "idle" }, last: null, refused: [] });
    reporter.enter(state, phase);
  }

  async #isLeftOver({ record: { engine }, roots }: Found): Promise<boolean> {
    const rootsIsDead = roots.engine.status !== "idle" && (await Lock.owner(this.#parts.paths.apply.lock)) === null;
    return rootsIsDead || (engine.status !== "idle" && engine.status !== "waiting");
  }
}

function busy(owner: LockOwner, now: Date): UpdateError {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(owner.since)) / 1000));
  return new UpdateError("busy", `An update is already in progress: ${owner.purpose}, begun ${seconds} s ago.`);
}
