import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Database } from "../db/connect.ts";
import { withRetriedTransaction } from "../db/retried-transaction.ts";
import { isCollision, isPassing } from "../db/trouble.ts";
import type { Stats } from "../stats/types.ts";
import { enqueue, hasRoom, lockLine, type Transition } from "./admission.ts";
import { announce, changeOf } from "./changes.ts";
import { countFailed } from "./counting.ts";
import { targetOf } from "./queue/names.ts";
import { type BuildQueue, liveJobs } from "./queue/queue.ts";
import type { BuildRow } from "./records.ts";
import { LONGEST_DELAY, MOST_LOSSES } from "./retries.ts";
import { leaveUnserved, sayServed, sayUnserved } from "./serving.ts";
import { fail, giveUp, sendBack } from "./transitions.ts";
import type { Failure } from "./types.ts";
import { clientsToAdmit, GIVEN_UP_AFTER, LEAVES_LINE_AFTER, type Scanned, unfinished } from "./unfinished.ts";
import { lacking, type WorkerRow, workersThere } from "./workers.ts";

export interface ReconcilerOptions {
  database: Database;
  queue: BuildQueue;
  stats: Pick<Stats, "count" | "buildFailed">;
  clock: () => Date;
  log: Logger;
  /** How long a failure is an answer, in milliseconds. */
  failureTtl: number;
  /** How many builds a client may have in line. */
  inLinePerClient: number;
  /** How often it is looked, in milliseconds. */
  every: number;
}

/** Between two looks while the database can't be asked, in milliseconds. */
const MOST_PAUSE = 15_000;

/** What only somebody else's doing can bring about is looked for each so many times. */
const THOROUGH_EACH = 10;

export type Repair =
  /** Its worker has gone. */
  | { kind: "lost" }
  /** It waits without a job, and its time has come; or the queue has lost it. */
  | { kind: "enqueue" }
  /** Nobody is there who would begin with it. */
  | { kind: "unserved"; waitsFor: string }
  /** Somebody is, after all. */
  | { kind: "served" }
  /** Nobody has been there for it, and it is in line. */
  | { kind: "leave-line" }
  /** Nobody has been there for it, all the time since then. */
  | { kind: "give-up"; unservedSince: Date };

const JUDGED = ["state", "attempt", "place", "job", "not_before", "waits_for", "unserved_since", "queue"] as const;

/** What is wrong with a build that hasn't ended, and what to do about it. Pure. */
export function repair(
  row: Pick<BuildRow, (typeof JUDGED)[number]>,
  job: "waiting" | "taken" | undefined,
  { workers, now }: { workers: readonly WorkerRow[]; now: Date },
): Repair | null {
  if (row.state === "running") return job === "taken" ? null : { kind: "lost" };
  const hasTurn = row.attempt > 0 || row.place !== null;
  if (hasTurn && row.job === null) return isDue(row.not_before, now) ? { kind: "enqueue" } : null;
  if (hasTurn && job === undefined) return { kind: "enqueue" };
  const waitsFor = lacking(row.queue, workers)?.sentence ?? null;
  const since = row.unserved_since;
  if (waitsFor === null) return since === null ? null : { kind: "served" };
  // The clock was set back: its hour begins anew.
  if (since === null || since > now || waitsFor !== row.waits_for) return { kind: "unserved", waitsFor };
  const alone = now.getTime() - since.getTime();
  if (alone >= GIVEN_UP_AFTER) return { kind: "give-up", unservedSince: since };
  return row.attempt === 0 && row.place !== null && alone >= LEAVES_LINE_AFTER ? { kind: "leave-line" } : null;
}

/** Nobody sets a time that is further away than a pause can be: then it is the clock that was set back. */
function isDue(notBefore: Date | null, now: Date): boolean {
  if (notBefore === null) return true;
  const wait = notBefore.getTime() - now.getTime();
  return wait <= 0 || wait > LONGEST_DELAY;
}

/**
 * Sees to it that builds and the queue's jobs agree, whoever was killed at whatever line: when it starts, and then every second. Any number of
 * processes may do it at once.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  #wake: (() => void) | null = null;
  #looks = 0;
  /** Builds that could not be put right when they were last looked at. */
  readonly #failing = new Set<string>();

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { every, log } = this.#options;
    let pause = every;
    while (!signal.aborted) {
      const woken = new AbortController();
      this.#wake = () => woken.abort();
      try {
        await this.once();
        pause = every;
      } catch (error) {
        pause = Math.min(pause * 2, Math.max(every, MOST_PAUSE));
        if (!signal.aborted) log.warn({ err: error }, "builds could not be looked after");
      }
      const until = AbortSignal.any([signal, woken.signal]);
      await sleep(pause * (0.9 + Math.random() * 0.2), undefined, { signal: until }).catch(() => undefined);
    }
  }

  /** It is worth while to look at once: workers have come, or gone. */
  look(): void {
    this.#wake?.();
  }

  /** @returns how many builds were put right */
  async once(): Promise<number> {
    const { kysely } = this.#options.database;
    const isThorough = this.#looks++ % THOROUGH_EACH === 0;
    const workers = await workersThere(kysely);
    const rows = await unfinished(kysely, { workers, now: this.#options.clock(), isThorough });
    const jobs = await liveJobs(
      kysely,
      rows.flatMap(({ job }) => job ?? []),
    );
    const now = this.#options.clock();
    let repaired = 0;
    for (const row of rows) {
      const step = repair(row, row.job === null ? undefined : jobs.get(row.job), { workers, now });
      if (step === null) continue;
      if (await this.#tried(step, row)) repaired++;
    }
    for (const id of this.#failing) if (!rows.some((row) => row.id === id)) this.#failing.delete(id);
    if (isThorough) await this.#fillLine();
    return repaired;
  }

  /** One that can't be put right is in no other's way: false, and again the next time. @throws if the database can't be asked */
  async #tried(step: Repair, row: Scanned): Promise<boolean> {
    try {
      const isRepaired = await this.#do(step, row);
      this.#failing.delete(row.id);
      return isRepaired;
    } catch (error) {
      if (isPassing(error) && !isCollision(error)) throw error;
      const isNew = !this.#failing.has(row.id);
      this.#failing.add(row.id);
      // Once, and not each second.
      const { log } = this.#options;
      if (isNew) log.warn({ err: error, build: row.id, step: step.kind }, "a build could not be put right");
      return false;
    }
  }

  /** False if it isn't so any more. */
  async #do(step: Repair, row: Scanned): Promise<boolean> {
    switch (step.kind) {
      case "lost":
        return this.#lost(row);
      case "enqueue":
        return this.#enqueue(row);
      case "unserved":
        return this.#unserved(row, step.waitsFor);
      case "served":
        return this.#change(row, (transition) => sayServed(transition, row, this.#options.inLinePerClient));
      case "leave-line":
        return this.#change(row, (transition) => leaveUnserved(transition, row));
      case "give-up":
        return this.#giveUp(row, step.unservedSince);
    }
  }

  #unserved(row: Scanned, waitsFor: string): Promise<boolean> {
    const now = this.#options.clock();
    const since = row.unserved_since !== null && row.unserved_since < now ? row.unserved_since : now;
    return this.#change(row, (transition) => sayUnserved(transition, row, { waitsFor, since }));
  }

  /** In a transaction, with its queue there. */
  async #change(row: Scanned, change: (transition: Transition) => Promise<BuildRow | null>): Promise<boolean> {
    const { database, queue } = this.#options;
    await queue.ensure(row.queue);
    const changed = await withRetriedTransaction(database.kysely, (transaction) => change({ transaction, queue }));
    return changed !== null;
  }

  /** Whoever leaves the line lets the next one in. So there is nothing to do here, unless more of a client are allowed than were. */
  async #fillLine(): Promise<void> {
    const { database, queue, inLinePerClient } = this.#options;
    for (const client of await clientsToAdmit(database.kysely, inLinePerClient)) {
      await withRetriedTransaction(database.kysely, async (transaction) => {
        await lockLine(transaction);
        await hasRoom({ transaction, queue }, client, inLinePerClient);
      });
    }
  }

  async #lost(row: Scanned): Promise<boolean> {
    const { database, queue, clock, failureTtl, stats, log } = this.#options;
    await queue.ensure(row.queue);
    const losses = row.losses + 1;
    const isKiller = losses >= MOST_LOSSES;
    const changed = await withRetriedTransaction(database.kysely, (transaction) => {
      const transition = { transaction, queue };
      if (isKiller) return fail(transition, row, KILLS_WORKER, { now: clock(), ttl: failureTtl });
      return sendBack(transition, row, { waitsFor: null, notBefore: null, losses });
    });
    if (changed === null) return false;
    log.warn({ build: row.id, worker: row.worker, losses }, isKiller ? "build kills its workers" : "worker lost");
    if (isKiller) await countFailed(stats, changed.inputs, KILLS_WORKER);
    return true;
  }

  async #enqueue(row: Scanned): Promise<boolean> {
    const { database, queue } = this.#options;
    await queue.ensure(row.queue);
    return withRetriedTransaction(database.kysely, async (transaction) => {
      const held = await transaction
        .selectFrom("build")
        .selectAll()
        .where("id", "=", row.id)
        .where("state", "=", "queued")
        .where("job", row.job === null ? "is" : "=", row.job)
        .forUpdate()
        .executeTakeFirst();
      if (!held) return false;
      const job = await enqueue({ transaction, queue }, held);
      const change = { job, waits_for: null, not_before: null };
      await transaction.updateTable("build").set(change).where("id", "=", row.id).execute();
      await announce(transaction, changeOf(held));
      return true;
    });
  }

  async #giveUp(row: Scanned, unservedSince: Date): Promise<boolean> {
    const { database, queue, clock, failureTtl, stats, log } = this.#options;
    const sentence = `No worker here builds for ${targetOf(row.queue)}.`;
    const failure: Failure = { code: "worker_failed", sentence, culprits: [], isPassing: true };
    await queue.ensure(row.queue);
    const changed = await withRetriedTransaction(database.kysely, (transaction) =>
      giveUp({ transaction, queue }, { id: row.id, unservedSince }, failure, { now: clock(), ttl: failureTtl }),
    );
    if (changed === null) return false;
    log.warn({ build: row.id, queue: row.queue, unservedSince }, "nobody was there for a build");
    await countFailed(stats, changed.inputs, failure);
    return true;
  }
}

const KILLS_WORKER: Failure = {
  code: "kills_worker",
  sentence: `Whoever builds this is lost over it: ${MOST_LOSSES} workers so far. It isn't tried again by itself.`,
  culprits: [],
  isPassing: false,
};
