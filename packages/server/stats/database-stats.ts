import { type Kysely, sql } from "kysely";
import { LRUCache } from "lru-cache";
import type { Logger } from "pino";
import type { Tables } from "../db/tables.ts";
import { type Count, Counters } from "./counters.ts";
import * as queries from "./queries.ts";
import { rollUp } from "./roll-up.ts";
import { type BuildError, type BuildFigures, type Counted, type Stats, versionKey } from "./types.ts";

const FLUSH_EVERY_MS = 3_000;
/** A page that everybody opens asks the database at most this often, in milliseconds. */
const FRESH_MS = 5_000;
const MOST_BUILD_ERRORS = 5_000;
const MOST_MESSAGE_CHARACTERS = 2_000;
const DAY_MS = 86_400_000;

const NO_BUILDS: BuildFigures = {
  queueLength: () => 0,
  stored: async () => 0,
  building: async () => 0,
  keptBytes: async () => 0,
};

interface Parts {
  database: Kysely<Tables>;
  clock: () => Date;
  log: Logger;
  /** From the builds feature. */
  builds?: BuildFigures;
}

/** Counts in memory, writes in batches, reads from the database. */
export class DatabaseStats implements Stats, AsyncDisposable {
  readonly #parts: Parts;
  readonly #builds: BuildFigures;
  readonly #counters = new Counters();
  readonly #reads = new LRUCache<string, Promise<unknown> & object>({ max: 500, ttl: FRESH_MS });
  readonly #timer: NodeJS.Timeout;
  #flushing: Promise<void> | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#builds = parts.builds ?? NO_BUILDS;
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY_MS).unref();
  }

  count(what: Counted, key = "", n = 1): void {
    const now = this.#parts.clock();
    this.#counters.add(now, what, key, n);
    if (what === "build") this.#counters.add(now, "version", versionKey(key), n);
  }

  async buildFailed(error: Omit<BuildError, "at">): Promise<void> {
    const { database, clock } = this.#parts;
    const message = error.message.replaceAll("\0", "").slice(0, MOST_MESSAGE_CHARACTERS);
    const row = { ...error, message, at: clock() };
    const { id } = await database.insertInto("build_error").values(row).returning("id").executeTakeFirstOrThrow();
    await database
      .deleteFrom("build_error")
      .where("id", "<=", id - MOST_BUILD_ERRORS)
      .execute();
    this.#reads.clear();
  }

  queueLength(): number {
    return this.#builds.queueLength();
  }

  builds24h() {
    return this.#read("24h", (from) => queries.builds24h(from, this.#now()));
  }

  buildsPerDay() {
    return this.#read("days", (from) => queries.buildsPerDay(from, this.#now()));
  }

  buildsByVersion(branch?: string) {
    return this.#read(`versions ${branch ?? ""}`, (from) => queries.buildsByVersion(from, this.#now(), branch));
  }

  topPackages(limit: number, branch?: string) {
    return this.#read(`packages ${limit} ${branch ?? ""}`, (from) =>
      queries.topPackages(from, { since: daysBefore(this.#now(), 30), limit, branch }),
    );
  }

  popularPackages(limit: number) {
    return this.#read(`popular ${limit}`, (from) => queries.topPackages(from, { since: new Date(0), limit }));
  }

  popularTargets(limit: number) {
    return this.#read(`targets ${limit}`, (from) => queries.popularTargets(from, limit));
  }

  clients(limit: number) {
    return this.#read(`clients ${limit}`, (from) => queries.clients(from, daysBefore(this.#now(), 30), limit));
  }

  upgradeChecksPerDay() {
    return this.#read("checks", (from) => queries.upgradeChecksPerDay(from, this.#now()));
  }

  buildErrors(limit: number) {
    return this.#read(`errors ${limit}`, (from) => queries.buildErrors(from, limit));
  }

  failures(limit: number) {
    return this.#read(`failures ${limit}`, (from) => queries.failures(from, daysBefore(this.#now(), 30), limit));
  }

  durations() {
    return this.#read("durations", (from) => queries.durations(from, daysBefore(this.#now(), 30)));
  }

  async imageStats() {
    const totals = await this.#read("totals", queries.totals);
    // Anybody may ask, as often as they like, and each is a count over all builds.
    const [stored, building] = await Promise.all([
      this.#read("stored", () => this.#builds.stored()),
      this.#read("building", () => this.#builds.building()),
    ]);
    return { ...totals, stored, building, requested: this.queueLength() };
  }

  keptBytes(): Promise<number> {
    return this.#read("kept bytes", () => this.#builds.keptBytes());
  }

  /** Writes what was counted. Called every few seconds; never fails: what can't be written now is tried again. */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = null;
    });
    return this.#flushing;
  }

  /** Makes fewer rows of what was counted a while ago, with the same sums. For one process at a time. */
  async rollUp(signal: AbortSignal): Promise<void> {
    const { database, log } = this.#parts;
    const rows = await rollUp(database, this.#now(), signal);
    if (rows > 0) log.info({ rows }, "old counts rolled up");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#flushing;
    await this.flush();
  }

  #now(): Date {
    return this.#parts.clock();
  }

  async #flush(): Promise<void> {
    const counts = this.#counters.take();
    if (counts.length === 0) return;
    const { database, log } = this.#parts;
    try {
      await write(database, counts);
    } catch (error) {
      this.#counters.putBack(counts);
      log.warn({ err: error, counts: counts.length }, "what was counted could not be written; it will be tried again");
      return;
    }
    this.#reads.clear();
  }

  #read<T>(name: string, load: (from: Kysely<Tables>) => Promise<T>): Promise<T> {
    const kept = this.#reads.get(name);
    if (kept) return kept as Promise<T>;
    const loading = load(this.#parts.database);
    this.#reads.set(name, loading);
    loading.catch(() => this.#reads.delete(name));
    return loading;
  }
}

/** One statement for all: a row each would be a round trip each. */
async function write(database: Kysely<Tables>, counts: readonly Count[]): Promise<void> {
  const column = <K extends keyof Count>(name: K) => counts.map((count) => count[name]);
  await sql`
    insert into counter (what, since, key, n)
    select * from unnest(
      ${column("what")}::text[], ${column("since")}::timestamptz[], ${column("key")}::text[], ${column("n")}::bigint[])
    on conflict (what, since, key) do update set n = counter.n + excluded.n`.execute(database);
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}
