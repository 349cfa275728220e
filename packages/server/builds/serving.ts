import {
  enterLine,
  hasRoom,
  isInLine,
  isInLists,
  leaveLine,
  list,
  lockLine,
  type Transition,
  unlist,
} from "./admission.ts";
import { announce, changeOf } from "./changes.ts";
import type { BuildRow } from "./records.ts";

/** Nobody is there who would begin with it, and that is said. What isn't in line is in nobody's list then. In one transaction. */
export async function sayUnserved(
  { transaction }: Transition,
  { id, job }: Pick<BuildRow, "id" | "job">,
  { waitsFor, since }: { waitsFor: string; since: Date },
): Promise<BuildRow | null> {
  const row = await transaction
    .updateTable("build")
    .set({ waits_for: waitsFor, unserved_since: since })
    .where("id", "=", id)
    .where("state", "=", "queued")
    .where("job", job === null ? "is" : "=", job)
    .returningAll()
    .executeTakeFirst();
  if (!row) return null;
  await announce(transaction, changeOf(row));
  if (row.attempt === 0 && row.place === null) await unlist(transaction, [id]);
  return row;
}

/**
 * Somebody is there for it after all: it comes to the end of the line, or into the lists of those who want it. What has kept its place is there
 * already. In one transaction.
 */
export async function sayServed(
  transition: Transition,
  { id }: Pick<BuildRow, "id">,
  inLinePerClient: number,
): Promise<BuildRow | null> {
  const { transaction } = transition;
  await lockLine(transaction);
  const row = await transaction
    .updateTable("build")
    .set({ waits_for: null, unserved_since: null })
    .where("id", "in", (build) =>
      build
        .selectFrom("build")
        .select("id")
        .where("id", "=", id)
        .where("state", "=", "queued")
        .where("unserved_since", "is not", null)
        .forUpdate()
        // Whoever has it may wait for the line.
        .skipLocked(),
    )
    .returningAll()
    .executeTakeFirst();
  if (!row) return null;
  const client = isInLists(row) ? await clientWithRoom(transition, row, inLinePerClient) : null;
  const placed = client === null ? row : await enterLine(transition, row, client);
  if (isInLists(placed)) await list(transaction, placed);
  await announce(transaction, changeOf(placed));
  return placed;
}

/** Nobody has been there for it too long: it leaves the line, so that what its client wants besides may come into it. In one transaction. */
export async function leaveUnserved(transition: Transition, { id }: Pick<BuildRow, "id">): Promise<BuildRow | null> {
  const { transaction, queue } = transition;
  const held = await transaction
    .selectFrom("build")
    .selectAll()
    .where("id", "=", id)
    .where("unserved_since", "is not", null)
    .forUpdate()
    .executeTakeFirst();
  if (!held || !isInLine(held)) return null;
  if (held.job !== null) await queue.drop(transaction, held.queue, held.job);
  const row = await transaction
    .updateTable("build")
    .set({ place: null, job: null })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announce(transaction, changeOf(row));
  await leaveLine(transition, held);
  return row;
}

/** Among those who want it, the first who asked and has room. */
async function clientWithRoom(transition: Transition, { id }: BuildRow, most: number): Promise<string | null> {
  const askers = await transition.transaction
    .selectFrom("build_asker")
    .select("asker")
    .where("build", "=", id)
    .where("withdrawn_at", "is", null)
    .groupBy("asker")
    .orderBy((row) => row.fn.min("asked_at"))
    .limit(MOST_LOOKED_AT)
    .execute();
  for (const { asker } of askers) if (await hasRoom(transition, asker, most)) return asker;
  return null;
}

/** The line is locked meanwhile. */
const MOST_LOOKED_AT = 8;
