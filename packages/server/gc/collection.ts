import pLimit from "p-limit";
import type { StoredCopy } from "../storage/types.ts";
import type { CollectorOptions } from "./collector.ts";
import { GRACE, isStray, lastUse, toEvict, whyGone } from "./plan.ts";
import { databaseNow, type EndedRow, firstToGo, keptBytes, overdue, ownersOf } from "./reading.ts";
import { endTime, forgetAliases, forgetBuilds, takeBack } from "./removing.ts";
import { Tally } from "./tally.ts";
import type { GcReport } from "./types.ts";

/** Builds that go in one transaction. */
const BATCH = 100;
/** Builds that are taken from the store at a time. */
const AT_ONCE = 4;
/** For one of them, in milliseconds. */
const REMOVE_MS = 60_000;
/** Clocks that differ by so much are told of, in milliseconds. */
const MOST_APART = 10 * 60_000;

/** One time that it is done. */
export class Collection {
  readonly #options: CollectorOptions;
  readonly #dryRun: boolean;
  readonly #signal: AbortSignal;
  readonly #until: number;
  readonly #tally = new Tally();
  readonly #limit = pLimit(AT_ONCE);

  constructor(options: CollectorOptions, how: { dryRun: boolean; mostMs: number }, signal: AbortSignal) {
    this.#options = options;
    this.#dryRun = how.dryRun;
    this.#until = performance.now() + how.mostMs;
    this.#signal = signal;
  }

  async run(): Promise<GcReport> {
    const now = await this.#now();
    await this.#removeOverdue(now);
    await this.#keepBudget(now);
    if (!this.#dryRun) await this.#options.store.tidy(this.#signal);
    await this.#removeStrays(now);
    if (!this.#dryRun) await this.#forgetAliases();
    return this.#tally.report({ dryRun: this.#dryRun, budget: this.#options.budget });
  }

  /** The earlier one of this machine's time and the database's: a clock that was set forward removes nothing early. */
  async #now(): Promise<Date> {
    const { database, clock, log } = this.#options;
    const [ours, theirs] = [clock(), await databaseNow(database.kysely)];
    const apart = Math.abs(ours.getTime() - theirs.getTime());
    if (apart > MOST_APART) log.warn({ ours, database: theirs }, "this machine's clock isn't the database's");
    return ours < theirs ? ours : theirs;
  }

  async #removeOverdue(now: Date): Promise<void> {
    const { kysely } = this.#options.database;
    for await (const page of overdue(kysely, now, BATCH)) {
      if (this.#isOver()) return;
      const going = page.filter((row) => whyGone(row, now) !== null);
      const ids = going.map(({ id }) => id);
      const removed = this.#dryRun ? ids : await this.#removeBuilds(ids, now);
      const isGone = new Set(removed);
      for (const row of going) if (isGone.has(row.id)) this.#tell(row, now);
    }
  }

  async #removeBuilds(ids: readonly string[], now: Date): Promise<string[]> {
    const { database, clock } = this.#options;
    const taken = await takeBack(database.kysely, { ids, now, clock: clock() });
    const removed = await this.#removeEach(taken, (id, signal) => this.#options.store.remove(id, undefined, signal));
    await forgetBuilds(database.kysely, removed);
    return removed;
  }

  async #keepBudget(now: Date): Promise<void> {
    const { database, budget, log } = this.#options;
    const kept = await keptBytes(database.kysely, now);
    const unusedSince = new Date(now.getTime() - GRACE);
    let excess = kept - budget;
    while (excess > 0 && !this.#isOver()) {
      const limit = this.#dryRun ? 10_000 : BATCH;
      const candidates = await firstToGo(database.kysely, { now, unusedSince, limit });
      const chosen = toEvict(candidates, excess, now);
      const ids = chosen.map(({ id }) => id);
      const ended = new Set(this.#dryRun ? ids : await endTime(database.kysely, { ids, unusedSince, now }));
      for (const { id, bytes } of chosen) {
        if (!ended.has(id)) continue;
        this.#tally.evicted.count++;
        this.#tally.evicted.bytes += bytes;
        excess -= bytes;
      }
      if (this.#dryRun || ended.size === 0) break;
    }
    this.#tally.kept = kept - this.#tally.evicted.bytes;
    if (excess > 0) log.warn({ bytes: budget + excess, budget }, "builds in use take more than the store's budget");
  }

  async #removeStrays(now: Date): Promise<void> {
    const isOwn = await this.#options.ownsStore({ dryRun: this.#dryRun }, this.#signal);
    let page: StoredCopy[] = [];
    for await (const copy of this.#options.store.builds(this.#signal)) {
      page.push(copy);
      if (page.length < BATCH) continue;
      if (this.#isOver()) return;
      await this.#removeStraysOf(page, { now, isOwn });
      page = [];
    }
    await this.#removeStraysOf(page, { now, isOwn });
  }

  async #removeStraysOf(copies: readonly StoredCopy[], { now, isOwn }: { now: Date; isOwn: boolean }): Promise<void> {
    const { database, store, log } = this.#options;
    const owners = await ownersOf(
      database.kysely,
      copies.map(({ build }) => build),
    );
    const unknown = copies.filter(({ build }) => !owners.has(build)).length;
    // Told from the first: until they go, there is a day to find out that it is the wrong database.
    if (unknown > 0) log.warn({ copies: unknown }, "the store has builds that this database knows nothing of");
    const strays = copies
      .filter(({ build }) => isOwn || owners.has(build))
      .filter((copy) => isStray(copy, owners.get(copy.build), now));
    if (strays.length === 0) return;
    const remove = ({ build, copy }: StoredCopy, signal: AbortSignal) => store.remove(build, copy, signal);
    for (const { build, bytes } of this.#dryRun ? strays : await this.#removeEach(strays, remove)) {
      this.#tally.add(
        { build, reason: "stray", bytes, about: null, usedAt: null },
        owners.get(build)?.is_listed ?? true,
      );
    }
  }

  async #forgetAliases(): Promise<void> {
    for (let gone = BATCH; gone >= BATCH && !this.#isOver(); ) {
      gone = await forgetAliases(this.#options.database.kysely, BATCH);
      this.#tally.aliases += gone;
    }
  }

  /** @returns those that are gone; what the store didn't remove is tried again another time */
  async #removeEach<T>(all: readonly T[], remove: (one: T, signal: AbortSignal) => Promise<void>): Promise<T[]> {
    const gone: T[] = [];
    let failures = 0;
    let trouble: unknown;
    const removeOne = async (one: T) => {
      this.#signal.throwIfAborted();
      // Then it is the store, not one build: the others needn't wait for it one by one.
      if (gone.length === 0 && failures >= AT_ONCE) return;
      try {
        await remove(one, AbortSignal.any([this.#signal, AbortSignal.timeout(REMOVE_MS)]));
        gone.push(one);
      } catch (error) {
        this.#tally.failed++;
        failures++;
        trouble = error;
      }
    };
    await Promise.all(all.map((one) => this.#limit(removeOne, one)));
    this.#signal.throwIfAborted();
    if (trouble !== undefined) {
      this.#options.log.warn({ err: trouble, failed: failures }, "the store didn't remove something");
      if (gone.length === 0 && all.length > 1) throw trouble;
    }
    return gone;
  }

  #tell(row: EndedRow, now: Date): void {
    const { id: build, bytes, version, target, is_listed } = row;
    const reason = whyGone(row, now);
    if (reason === null) return;
    const about = version === "" ? null : `${version} ${target}`;
    this.#tally.add({ build, reason, bytes: bytes ?? 0, about, usedAt: lastUse(row) }, is_listed);
  }

  #isOver(): boolean {
    this.#signal.throwIfAborted();
    if (performance.now() < this.#until) return false;
    this.#tally.whole = false;
    return true;
  }
}
