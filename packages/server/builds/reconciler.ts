import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Database } from "../db/connect.ts";
import type { Stats } from "../stats/types.ts";
import { announce } from "./changes.ts";
import { countFailed } from "./counting.ts";
import { targetOf } from "./queue/names.ts";
import { type BuildQueue, liveJobs } from "./queue/queue.ts";
import type { BuildRow } from "./records.ts";
import { LONGEST_DELAY, MOST_LOSSES } from "./retries.ts";
import { changeOf, enqueue, fail, giveUp, sendBack, TOLD } from "./transitions.ts";
import type { Failure } from "./types.ts";
import { lacking, type WorkerRow, workersThere } from "./workers.ts";

export interface ReconcilerOptions {
  database: Database;
  queue: BuildQueue;
  stats: Pick<Stats, "count" | "buildFailed">;
  clock: () => Date;
  log: Logger;
  /** How long a failure is an answer, in milliseconds. */
  failureTtl: number;
  /** How often it is looked, in milliseconds. */
  every: number;
}

/** Between two looks while the database can't be asked, in milliseconds. */
const MOST_PAUSE = 15_000;

/** How long a build waits for somebody to come who would begin with it, in milliseconds. */
const UNSERVED_FOR = 3_600_000;

export type Repair =
  /** Its worker has gone. */
  | { kind: "lost" }
  /** It waits without a job, and its time has come; or the queue has lost it. */
  | { kind: "enqueue" }
  /** Why it waits isn't what it says. */
  | { kind: "explain"; waitsFor: string | null }
  /** Nobody has been there for it, all the time since then. */
  | { kind: "give-up"; unservedSince: Date };

/** What is looked at of every build that hasn't ended; the rest may be long. */
const JUDGED = ["state", "job", "not_before", "waits_for", "unserved_since", "queue"] as const;
const SCANNED = [...JUDGED, "id", "attempt", "losses", "worker"] as const;
type Scanned = Pick<BuildRow, (typeof SCANNED)[number]>;

/** What is wrong with a build that hasn't ended, and what to do about it. Pure. */
export function repair(
  row: Pick<BuildRow, (typeof JUDGED)[number]>,
  job: "waiting" | "taken" | undefined,
  { workers, now }: { workers: readonly WorkerRow[]; now: Date },
): Repair | null {
  if (row.state === "running") return job === "taken" ? null : { kind: "lost" };
  if (row.job === null) return isDue(row.not_before, now) ? { kind: "enqueue" } : null;
  if (job === undefined) return { kind: "enqueue" };
  const waitsFor = lacking(row.queue, workers)?.sentence ?? null;
  const since = row.unserved_since;
  if (waitsFor !== row.waits_for || (waitsFor === null) !== (since === null)) return { kind: "explain", waitsFor };
  // The clock was set back: it begins anew.
  if (since !== null && since > now) return { kind: "explain", waitsFor };
  if (since === null || now.getTime() - since.getTime() < UNSERVED_FOR) return null;
  return { kind: "give-up", unservedSince: since };
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

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { every, log } = this.#options;
    let pause = every;
    while (!signal.aborted) {
      try {
        await this.once();
        pause = every;
      } catch (error) {
        pause = Math.min(pause * 2, Math.max(every, MOST_PAUSE));
        if (!signal.aborted) log.warn({ err: error }, "builds could not be looked after");
      }
      await sleep(pause * (0.9 + Math.random() * 0.2), undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns how many builds were put right */
  async once(): Promise<number> {
    const { kysely } = this.#options.database;
    const rows = await kysely
      .selectFrom("build")
      .select(SCANNED)
      .where("state", "in", ["queued", "running"])
      .orderBy("line")
      .execute();
    if (rows.length === 0) return 0;
    const jobs = await liveJobs(
      kysely,
      rows.flatMap(({ job }) => job ?? []),
    );
    const workers = await workersThere(kysely);
    const now = this.#options.clock();
    let repaired = 0;
    for (const row of rows) {
      const step = repair(row, row.job === null ? undefined : jobs.get(row.job), { workers, now });
      if (step === null) continue;
      if (await this.#do(step, row)) repaired++;
    }
    return repaired;
  }

  /** False if it isn't so any more. */
  #do(step: Repair, row: Scanned): Promise<boolean> {
    switch (step.kind) {
      case "lost":
        return this.#lost(row);
      case "enqueue":
        return this.#enqueue(row);
      case "explain":
        return this.#explain(row, step.waitsFor);
      case "give-up":
        return this.#giveUp(row, step.unservedSince);
    }
  }

  async #lost(row: Scanned): Promise<boolean> {
    const { database, queue, clock, failureTtl, stats, log } = this.#options;
    await queue.ensure(row.queue);
    const losses = row.losses + 1;
    const isKiller = losses >= MOST_LOSSES;
    const changed = await database.kysely.transaction().execute((transaction) => {
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
    return database.kysely.transaction().execute(async (transaction) => {
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
    const changed = await database.kysely
      .transaction()
      .execute((transaction) =>
        giveUp({ transaction, queue }, { id: row.id, unservedSince }, failure, { now: clock(), ttl: failureTtl }),
      );
    if (changed === null) return false;
    log.warn({ build: row.id, queue: row.queue, unservedSince }, "nobody was there for a build");
    await countFailed(stats, changed.inputs, failure);
    return true;
  }

  #explain(row: Scanned, waitsFor: string | null): Promise<boolean> {
    const now = this.#options.clock();
    const since = row.unserved_since !== null && row.unserved_since < now ? row.unserved_since : now;
    return this.#options.database.kysely.transaction().execute(async (transaction) => {
      const changed = await transaction
        .updateTable("build")
        .set({ waits_for: waitsFor, unserved_since: waitsFor === null ? null : since })
        .where("id", "=", row.id)
        .where("state", "=", "queued")
        .where("job", "=", row.job)
        .returning(TOLD)
        .executeTakeFirst();
      if (!changed) return false;
      await announce(transaction, changeOf(changed));
      return true;
    });
  }
}

const KILLS_WORKER: Failure = {
  code: "kills_worker",
  sentence: `Whoever builds this is lost over it: ${MOST_LOSSES} workers so far. It isn't tried again by itself.`,
  culprits: [],
  isPassing: false,
};
