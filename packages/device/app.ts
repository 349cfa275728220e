import type { ApplyRecord, FetchRecord, Outcome, Status, Update } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { UpdateError } from "./error.ts";
import type { HandOver } from "./hand-over.ts";
import type { Installer } from "./installers/types.ts";
import { requestCancel } from "./store/cancel-request.ts";
import { readHistory } from "./store/history.ts";
import { Lock, type LockOwner } from "./store/lock.ts";
import type { AppPaths } from "./store/paths.ts";
import type { Reporters } from "./store/reporters.ts";
import type { UpdateFeed } from "./store/update-feed.ts";
import { newUpdateId } from "./store/update-id.ts";
import { newestLogged, readLog } from "./store/update-log.ts";
import type { Clock } from "./system/types.ts";
import { type EngineParts, type RecordStore, runEngine } from "./update/engine.ts";
import { obstacleTo } from "./update/fetch-executors.ts";
import { type FetchEvent, fetchTransition, updateOf } from "./update/fetch-transition.ts";
import { type Executors, type FetchStep, planFetch } from "./update/plan.ts";
import type { Policy } from "./update/policy.ts";
import { stateOf } from "./update/status.ts";

/** A successful check younger than this is good enough unless the owner insists, in milliseconds (contract §1, `check`). */
const CHECK_FRESH_MS = 10 * 60_000;

/** How long a cancel waits to see what came of it, in milliseconds. */
const CANCEL_SEEN_MS = 10_000;

export interface AppParts {
  name: string;
  title: string;
  paths: AppPaths;
  store: RecordStore<FetchRecord>;
  /** Root's record, read without taking part. */
  apply(): Promise<ApplyRecord>;
  status(): Promise<Status>;
  channel(): Promise<string>;
  installer: Pick<Installer, "current" | "backups">;
  executors: Executors<FetchStep, FetchEvent>;
  handOver: HandOver;
  reporters: Reporters;
  feed: UpdateFeed;
  versioning: Versioning;
  policy: Policy;
  clock: Clock;
  /** Aborted when this process has to end. */
  shutdown: AbortSignal;
  /** Work in the background broke in a way nobody foresaw. */
  onFault(error: unknown): void;
}

/** What a call that begins something answers: it goes on in the background. */
export interface Started {
  message: string;
  update_id: string;
}

/**
 * One app of this device, as its owner's side sees it: everything the API and the CLI offer. Works beside other
 * processes on the same app; the locks on disk decide who may act, the files say what is true.
 */
export class App {
  readonly #parts: AppParts;
  #work: Promise<void> = Promise.resolve();

  constructor(parts: AppParts) {
    this.#parts = parts;
  }

  get name(): string {
    return this.#parts.name;
  }

  get title(): string {
    return this.#parts.title;
  }

  /** The events of the update that runs or ran last. */
  get feed(): UpdateFeed {
    return this.#parts.feed;
  }

  /** Reads files only: no network, and it answers whatever else goes on. */
  async status(): Promise<Status> {
    return this.#parts.status();
  }

  /** Ends when what this process does in the background has ended; never rejects. */
  async settled(): Promise<void> {
    for (let work: Promise<void> | null = null; work !== this.#work; ) {
      work = this.#work;
      await work;
    }
  }

  /** Asks the source what is newest, in the background. */
  async check({ force }: { force: boolean }): Promise<{ message: string; cached: boolean }> {
    const { clock } = this.#parts;
    const status = await this.status();
    if (status.state === "installing" && status.phase !== "waiting")
      return { message: "Busy – try again shortly", cached: false };
    if (status.state === "checking") return { message: "Check already in progress", cached: false };
    const age = status.last_checked
      ? clock.now().getTime() - Date.parse(status.last_checked)
      : Number.POSITIVE_INFINITY;
    // An age below zero: the clock was set back, so it says nothing.
    const isFresh =
      age >= 0 && age < CHECK_FRESH_MS && status.failure?.code !== "offline" && status.latest_version !== null;
    if (!force && isFresh) return { message: "Using cached result", cached: true };
    try {
      await this.#begin("check", async () => ({ type: "check-asked", at: clock.now().toISOString(), update: null }));
    } catch (error) {
      if (error instanceof UpdateError && error.code === "busy")
        return { message: "Busy – try again shortly", cached: false };
      throw error;
    }
    return { message: "Update check started", cached: false };
  }

  /**
   * Begins to install the newest release of the channel, or `version`. Goes on in the background.
   * Throws UpdateError `busy`, `up_to_date` or `downgrade_refused` when there is nothing to begin.
   */
  async install(ask: { force: boolean; version?: string | undefined; unattended?: boolean }): Promise<Started> {
    const { clock, channel, installer, versioning, apply } = this.#parts;
    const current = await installer.current();
    const update: Update = {
      ...this.#newUpdate("install", current?.version ?? null, await channel()),
      to: ask.version ?? null,
      by_name: ask.version !== undefined,
      force: ask.force,
      unattended: ask.unattended ?? false,
    };
    await this.#begin(`install ${ask.version ?? "the newest release"}`, async ({ engine, release }) => {
      // An owner who finds an unattended update waiting for the night starts that one.
      const known = engine.status === "waiting" ? engine.release : release;
      const isIt = known !== null && (ask.version === undefined || bare(known.version) === bare(ask.version));
      if (!isIt) return { type: "check-asked", at: clock.now().toISOString(), update };
      const obstacle = obstacleTo(update, known, current, await apply(), versioning);
      if (obstacle) throw obstacle;
      return { type: "install-asked", update: { ...update, to: known.version }, release: known };
    });
    return {
      message: `Update started on channel '${update.channel}'. Watch the progress stream.`,
      update_id: update.id,
    };
  }

  /** Goes back to the newest kept release, or to `version`. Throws UpdateError `no_backup` when it isn't there, `busy`. */
  async rollback(ask: { version?: string | undefined }): Promise<Started> {
    const { installer, channel } = this.#parts;
    const backups = await installer.backups();
    const to =
      ask.version === undefined ? backups[0] : backups.find(({ version }) => bare(version) === bare(ask.version ?? ""));
    if (!to)
      throw noBackup(
        ask.version,
        backups.map(({ version }) => version),
      );
    const current = await installer.current();
    const update: Update = {
      ...this.#newUpdate("rollback", current?.version ?? null, await channel()),
      to: to.version,
      by_name: true,
    };
    await this.#begin(`go back to ${to.version}`, async () => ({ type: "rollback-asked", update }));
    return { message: `Going back to ${to.version}.`, update_id: update.id };
  }

  /** Stops the update that runs, until the switch begins. Throws UpdateError `busy` when it is too late, `bad_request` when nothing runs. */
  async cancel(): Promise<{ message: string }> {
    const { paths, clock, shutdown } = this.#parts;
    const { id, tooLate } = await this.#cancellable();
    if (id === null) throw new UpdateError("bad_request", "No update is running, so there is nothing to cancel.");
    if (tooLate) throw tooLateToCancel();
    await requestCancel(paths.api.cancel, id);
    const resumed = await this.#cancelWaiting();
    for (const until = clock.monotonic() + CANCEL_SEEN_MS; !resumed && clock.monotonic() < until; ) {
      await clock.sleep(50, shutdown);
      const now = await this.#cancellable();
      if (now.id !== id) break;
      if (now.tooLate) throw tooLateToCancel();
    }
    return { message: "The update was cancelled. Nothing was changed." };
  }

  /** Log lines of the running, the last or the named update, oldest first, at most the last `lines`. */
  async log(ask: {
    id?: string | undefined;
    lines?: number | undefined;
  }): Promise<{ at: string; level: "info" | "warn" | "error"; line: string }[]> {
    const { paths } = this.#parts;
    const dirs = [paths.api.log, paths.apply.log];
    const id = ask.id ?? (await newestLogged(dirs));
    if (id === null) return [];
    const lines = readLog(dirs, id).flatMap(({ at, event }) =>
      event.type === "line" ? [{ at, level: event.level, line: event.line }] : [],
    );
    return ask.lines === undefined ? lines : lines.slice(-ask.lines);
  }

  /** Updates that have ended, newest first. */
  async history(limit?: number): Promise<Outcome[]> {
    const { paths } = this.#parts;
    return readHistory([paths.api.history, paths.apply.history], limit);
  }

  /** Finishes, in the background, what a dead process left; true when there was something. */
  async resume(): Promise<boolean> {
    const attempt = await Lock.tryAcquire(this.#parts.paths.api.lock, "recovery", this.#parts.clock.now());
    if ("busy" in attempt) return false;
    const record = await this.#parts.store.load();
    const apply = await this.#parts.apply();
    if (!(await this.#isLeftOver(record, apply))) {
      if (record.last) await this.#parts.reporters.end(record.last);
      await attempt.held[Symbol.asyncDispose]();
      return false;
    }
    this.#inBackground(attempt.held, { type: "interrupted" });
    return true;
  }

  /** Takes the lock, decides, records the decision, answers; the rest happens in the background. */
  async #begin(purpose: string, decide: (record: FetchRecord) => Promise<FetchEvent>): Promise<void> {
    const { paths, store, apply, clock } = this.#parts;
    const attempt = await Lock.tryAcquire(paths.api.lock, purpose, clock.now());
    if ("busy" in attempt) throw busy(attempt.busy, clock.now());
    let lock: Lock | null = attempt.held;
    try {
      const applier = await Lock.owner(paths.apply.lock);
      if (applier) throw busy(applier, clock.now());
      const record = await store.load();
      if (await this.#isLeftOver(record, await apply())) {
        this.#inBackground(lock, { type: "interrupted" });
        lock = null;
        throw new UpdateError("busy", "An update that was interrupted is being finished first. Try again in a moment.");
      }
      const begun = fetchTransition(record, await decide(record));
      await store.save(begun);
      this.#announce(begun);
      this.#inBackground(lock, null);
      lock = null;
    } finally {
      await lock?.[Symbol.asyncDispose]();
    }
  }

  #inBackground(lock: Lock, event: FetchEvent | null): void {
    const { handOver, apply, shutdown } = this.#parts;
    const work = async () => {
      await using _lock = lock;
      if (event) {
        // Root's half first: what it ends in decides what this half has to do.
        const record = await apply();
        if (record.engine.status !== "idle") await handOver.finish(record.engine.update, shutdown);
      }
      await runEngine(this.#engine(), event, shutdown);
    };
    this.#work = work().catch((error) => {
      if (!shutdown.aborted) this.#parts.onFault(error);
    });
  }

  #engine(): EngineParts<FetchRecord, FetchStep, FetchEvent> {
    const { store, executors, policy, clock, reporters } = this.#parts;
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
      },
    };
  }

  /** Tells the phase of an update on this side; root's side tells its own. */
  #announce({ engine }: FetchRecord): void {
    const update = updateOf(engine);
    if (!update || engine.status === "applying") return;
    const { state, phase } = stateOf(engine, { engine: { status: "idle" }, last: null, refused: [] });
    this.#parts.reporters.of(update).enter(state, phase);
  }

  async #isLeftOver({ engine }: FetchRecord, apply: ApplyRecord): Promise<boolean> {
    const rootsIsDead = apply.engine.status !== "idle" && (await Lock.owner(this.#parts.paths.apply.lock)) === null;
    return rootsIsDead || (engine.status !== "idle" && engine.status !== "waiting");
  }

  async #cancellable(): Promise<{ id: string | null; tooLate: boolean }> {
    const { store, apply } = this.#parts;
    const roots = (await apply()).engine;
    if (roots.status !== "idle")
      return { id: roots.update.id, tooLate: roots.status !== "staging" && roots.status !== "backing-up" };
    const { engine } = await store.load();
    const update = updateOf(engine);
    if (!update || (engine.status === "applying" && (await apply()).last?.id === update.id))
      return { id: null, tooLate: false };
    return { id: update.id, tooLate: update.kind === "rollback" };
  }

  /** An update that waits for its window has no process that could see the request. */
  async #cancelWaiting(): Promise<boolean> {
    const { paths, store, clock } = this.#parts;
    const attempt = await Lock.tryAcquire(paths.api.lock, "cancel", clock.now());
    if ("busy" in attempt) return false;
    await using _lock = attempt.held;
    const record = await store.load();
    if (record.engine.status !== "waiting") return false;
    await runEngine(this.#engine(), { type: "cancelled", at: clock.now().toISOString() }, this.#parts.shutdown);
    return true;
  }

  #newUpdate(kind: Update["kind"], from: string | null, channel: string): Update {
    const now = this.#parts.clock.now();
    return {
      id: newUpdateId(now),
      kind,
      from,
      to: null,
      channel,
      by_name: false,
      force: false,
      unattended: false,
      started_at: now.toISOString(),
      resumed: false,
      bytes_downloaded: 0,
    };
  }
}

function bare(version: string): string {
  return version.replace(/^v/, "");
}

function busy(owner: LockOwner, now: Date): UpdateError {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(owner.since)) / 1000));
  return new UpdateError("busy", `An update is already in progress: ${owner.purpose}, begun ${seconds} s ago.`);
}

function tooLateToCancel(): UpdateError {
  return new UpdateError(
    "busy",
    "It is too late to cancel: the new release is being put in place. You can go back to the old one afterwards.",
  );
}

function noBackup(version: string | undefined, kept: string[]): UpdateError {
  if (version === undefined)
    return new UpdateError("no_backup", "There is no earlier release on this device to go back to.");
  const there = kept.length > 0 ? `kept are: ${kept.join(", ")}` : "no earlier release is kept";
  return new UpdateError("no_backup", `${version} isn't kept on this device; ${there}.`, { version });
}
