import type { Kysely } from "kysely";
import { sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { enqueue, leaveLine, type Transition } from "./admission.ts";
import { announce, changeOf, TOLD } from "./changes.ts";
import type { BuildRow } from "./records.ts";
import type { BuildResult, Failure } from "./types.ts";

export { changeOf, enqueue, TOLD, type Transition };

/** Whose turn it was: nobody writes about a build any more once somebody else has begun with it. */
export interface Hold {
  id: string;
  attempt: number;
}

/** The one that waits longest in a queue, begun by `worker`; null when there is none (any more). */
export async function begin(
  { transaction, queue }: Transition,
  from: string,
  { worker, now }: { worker: string; now: Date },
): Promise<BuildRow | null> {
  for (;;) {
    const job = await queue.take(transaction, from);
    if (job === null) return null;
    const row = await transaction
      .updateTable("build")
      .set({
        state: "running",
        step: "start",
        steps: JSON.stringify([["start", now.getTime()]]),
        waits_for: null,
        unserved_since: null,
        command: null,
        worker,
        started_at: now,
        attempt: sql<number>`attempt + 1`,
      })
      .where("id", "=", job.build)
      .where("job", "=", job.id)
      .where("state", "=", "queued")
      .returningAll()
      .executeTakeFirst();
    if (row) {
      await announce(transaction, changeOf(row));
      await leaveLine({ transaction, queue }, { ...row, state: "queued", attempt: row.attempt - 1 });
      return row;
    }
    // It belongs to a build that isn't waiting, or to none.
    await queue.drop(transaction, from, job.id);
  }
}

/** It has come to an image. Null: somebody else has it by now, and nothing was changed; so with all of these. */
export function finish(
  transition: Transition,
  hold: Hold,
  result: BuildResult,
  { now }: { now: Date },
): Promise<BuildRow | null> {
  // Kept as long as the one who wants it longest has asked for.
  const expires = sql<Date>`${now}::timestamptz + (
    select coalesce(max(ttl), 0) from build_asker where build = ${hold.id} and withdrawn_at is null
  ) * interval '1 millisecond'`;
  return end(transition, hold, {
    state: "done",
    result: JSON.stringify(result),
    bytes: result.files.reduce((sum, { size }) => sum + size, 0),
    copy: result.copy ?? null,
    expires_at: expires,
    finished_at: now,
  });
}

/** It has come to nothing, and isn't tried again by itself. */
export function fail(
  transition: Transition,
  hold: Hold,
  failure: Failure,
  { now, ttl }: { now: Date; ttl: number },
): Promise<BuildRow | null> {
  return end(transition, hold, failed(failure, now, ttl));
}

/** Nobody has been there for it all the time since `unservedSince`: it is given up while it waits. Null: not so any more. */
export async function giveUp(
  transition: Transition,
  { id, unservedSince }: { id: string; unservedSince: Date },
  failure: Failure,
  { now, ttl }: { now: Date; ttl: number },
): Promise<BuildRow | null> {
  const held = await transition.transaction
    .selectFrom("build")
    .selectAll()
    .where("id", "=", id)
    .where("state", "=", "queued")
    .where("unserved_since", "<=", unservedSince)
    .forUpdate()
    .executeTakeFirst();
  if (!held) return null;
  const ended = await endHeld(transition, held, failed(failure, now, ttl));
  await leaveLine(transition, held);
  return ended;
}

/** What `sendBack` changes besides. */
export interface SentBack {
  waitsFor: string | null;
  /** Not before then; null: at once. */
  notBefore: Date | null;
  /** Counted since the build began. */
  tries?: number;
  losses?: number;
}

/** It waits again, in front of the line. */
export async function sendBack(transition: Transition, hold: Hold, how: SentBack): Promise<BuildRow | null> {
  const { transaction, queue } = transition;
  const held = await heldRow(transaction, hold);
  if (held === null) return null;
  if (held.job !== null) await queue.drop(transaction, held.queue, held.job);
  const job = how.notBefore === null ? await enqueue(transition, held) : null;
  const row = await transaction
    .updateTable("build")
    .set({
      state: "queued",
      step: null,
      steps: null,
      job,
      // A text in PostgreSQL has every character but this one.
      waits_for: how.waitsFor?.replaceAll("\0", "") ?? null,
      not_before: how.notBefore,
      ...(how.tries !== undefined && { tries: how.tries }),
      ...(how.losses !== undefined && { losses: how.losses }),
    })
    .where("id", "=", hold.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announce(transaction, changeOf(row));
  return row;
}

/** The row, locked, if it is still that attempt's. */
async function heldRow(transaction: Kysely<Tables>, { id, attempt }: Hold): Promise<BuildRow | null> {
  const row = await transaction
    .selectFrom("build")
    .selectAll()
    .where("id", "=", id)
    .where("attempt", "=", attempt)
    .where("state", "=", "running")
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

type Ending = { state: "done" | "failed"; finished_at: Date } & (
  | { result: string; bytes: number; copy: string | null; expires_at: ReturnType<typeof sql<Date>> }
  | { failure: string; expires_at: Date }
);

function failed(failure: Failure, now: Date, ttl: number): Ending {
  const expires = new Date(now.getTime() + ttl);
  return { state: "failed", failure: JSON.stringify(failure), expires_at: expires, finished_at: now };
}

async function end(transition: Transition, hold: Hold, ending: Ending): Promise<BuildRow | null> {
  const held = await heldRow(transition.transaction, hold);
  return held && endHeld(transition, held, ending);
}

/** @param held locked */
async function endHeld({ transaction, queue }: Transition, held: BuildRow, ending: Ending): Promise<BuildRow> {
  if (held.job !== null) await queue.drop(transaction, held.queue, held.job);
  const row = await transaction
    .updateTable("build")
    .set({ ...ending, job: null, waits_for: null, not_before: null, unserved_since: null })
    .where("id", "=", held.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announce(transaction, changeOf(row));
  return row;
}
