import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Database } from "../db/connect.ts";
import type { Subscription } from "../db/listener.ts";
import { databaseTrouble } from "../db/trouble.ts";
import { BuildCache } from "./cache.ts";
import { type Change, hearChanges } from "./changes.ts";
import { Line } from "./line.ts";
import type { BuildRecord } from "./records.ts";
import type { Build } from "./types.ts";

/** How long an answer waits until this process knows of all that is in front, in milliseconds. */
const PATIENCE = 1_000;

/** Between two tries to read the line again, ± 50 %, in milliseconds: they grow from the first to the last of these. */
const PAUSE = { first: 100, last: 5_000 };

export interface NewsOptions {
  database: Pick<Database, "kysely" | "listen">;
  clock: () => Date;
  log: Logger;
  /** After what is kept here knows of it. */
  onChange(change: Change | null): void;
}

/** What this process knows of builds without asking, kept right by what every process says when it has changed something. */
export class BuildNews implements AsyncDisposable {
  readonly cache = new BuildCache();
  readonly #options: NewsOptions;
  readonly #line = new Line();
  /** As it was last shown, while neither it nor its position has changed. */
  readonly #shown = new WeakMap<BuildRecord, Build>();
  #hearing: Promise<Subscription> | null = null;
  readonly #ended = new AbortController();
  /** Changes that were heard of while the line was read. */
  #missed: Change[] | null = null;
  /** Not everything was heard since it was last begun to be read: it has to be read once more. */
  #isStale = false;
  /** One reads it at a time, and reads once more if it has to. */
  #isReading = false;
  #rereading: Promise<void> = Promise.resolve();
  /** How often a build's time has run out, and when the next one's does. */
  #expiries = 0;
  #nextExpiry = Number.POSITIVE_INFINITY;

  constructor(options: NewsOptions) {
    this.#options = options;
  }

  /** Listens, and knows who waits. */
  async ready(): Promise<void> {
    if (this.#ended.signal.aborted) throw new Error("the server is stopping");
    this.#hearing ??= this.#hear().catch((error: unknown) => {
      this.#hearing = null;
      throw databaseTrouble(error) ?? error;
    });
    await this.#hearing;
  }

  get generation(): number {
    const now = this.#options.clock().getTime();
    if (now >= this.#nextExpiry) {
      this.#expiries++;
      const times = [...this.cache.records()].map(({ build }) => build.expiresAt?.getTime() ?? 0);
      this.#nextExpiry = times.filter((time) => time > now).reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    }
    return this.cache.epoch + this.#expiries;
  }

  /** How many wait. */
  get length(): number {
    // Whoever only counts hears of it a moment later.
    if (!this.#hearing) this.ready().catch(() => undefined);
    return this.#line.length;
  }

  /** How many wait for somebody who is there, and how many for nobody, as far as is known here. */
  get pending(): { served: number; unserved: number } {
    return this.#line.pending;
  }

  /** Waits until all is known that is in front of it. */
  upTo(record: BuildRecord): Promise<void> {
    return this.#line.until(record, PATIENCE);
  }

  /** With its position; the same object while nothing of it has changed. */
  show(record: BuildRecord): Build {
    const { build } = record;
    const expiry = build.expiresAt?.getTime();
    if (expiry !== undefined && expiry < this.#nextExpiry && expiry > this.#options.clock().getTime()) {
      this.#nextExpiry = expiry;
    }
    if (build.state !== "queued") return build;
    const position = this.#line.position(record);
    const last = this.#shown.get(record);
    if (last?.position === position) return last;
    const shown = { ...build, position };
    this.#shown.set(record, shown);
    return shown;
  }

  /** What this process has changed itself it needn't be told. */
  forget({ build }: BuildRecord): void {
    this.cache.forget({ kind: "build", id: build.id, key: build.key });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    const hearing = await this.#hearing?.catch(() => null);
    await hearing?.[Symbol.asyncDispose]();
    await this.#rereading;
  }

  async #hear(): Promise<Subscription> {
    const { database } = this.#options;
    this.#isReading = true;
    try {
      const subscription = await hearChanges(
        database,
        (change) => this.#heard(change),
        // What is read in between may be otherwise a moment later, and nobody would say so.
        { onLost: () => this.cache.close(), onReconnect: () => this.#missedSome() },
      );
      try {
        do {
          this.#isStale = false;
          await this.#readLine();
        } while (this.#isStale);
      } catch (error) {
        await subscription[Symbol.asyncDispose]();
        throw error;
      }
      return subscription;
    } finally {
      this.#isReading = false;
    }
  }

  #missedSome(): void {
    this.cache.open();
    this.#isStale = true;
    // Whoever reads it sees that.
    if (!this.#isReading) this.#rereading = this.#readAgain();
  }

  /** Until it is known, or nobody needs it any more: what was lost is told once, and a database may take its time to come back. */
  async #readAgain(): Promise<void> {
    const { log, onChange } = this.#options;
    const { signal } = this.#ended;
    this.#isReading = true;
    for (let pause = PAUSE.first; this.#isStale && !signal.aborted; pause = Math.min(pause * 2, PAUSE.last)) {
      this.#isStale = false;
      try {
        await this.#readLine();
      } catch (error) {
        this.#isStale = true;
        log.warn({ err: error }, "the line of builds could not be read again");
        await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined);
      }
    }
    this.#isReading = false;
    if (!signal.aborted) onChange(null);
  }

  async #readLine(): Promise<void> {
    const { kysely } = this.#options.database;
    const missed: Change[] = [];
    this.#missed = missed;
    try {
      // First: whatever has a lower number than this is among those that are read then.
      const newest = await kysely
        .selectFrom("build")
        .select((row) => row.fn.max("line").as("line"))
        .executeTakeFirst();
      const rows = await kysely
        .selectFrom("build")
        .select(["line", "place", "client", "attempt", "unserved_since"])
        .where("state", "=", "queued")
        .execute();
      const entries = rows.map(({ attempt, unserved_since, ...row }) => ({
        ...row,
        hasBegun: attempt > 0,
        isUnserved: unserved_since !== null,
      }));
      const places = rows.reduce((most, { place }) => Math.max(most, place ?? 0), newest?.line ?? 0);
      this.#line.reset(entries, places);
    } finally {
      this.#missed = null;
      for (const change of missed) this.#move(change);
    }
  }

  #heard(change: Change): void {
    this.cache.forget(change);
    if (this.#missed) this.#missed.push(change);
    else this.#move(change);
    this.#options.onChange(change);
  }

  #move(change: Change): void {
    if (change.kind !== "build") return;
    if (change.state === "queued") this.#line.enter(change);
    else this.#line.leave(change.line);
  }
}
