import { ServerError } from "../error.ts";
import { leaveLine } from "./admission.ts";
import { announce } from "./changes.ts";
import { type BuildRecord, type BuildRow, toRecord } from "./records.ts";
import { changeOf, type Transition } from "./transitions.ts";

/**
 * Forgets a build, whoever wants it, in one transaction: one that waits isn't begun, one that runs is stopped by its worker, one that has ended is
 * no answer any more. Who asks for the same next has it built anew. What it has in the store is for whoever calls this: after the commit nobody
 * is led there. One that is dropped already stays as it is.
 * @throws ServerError not_found
 */
export async function dropBuild(transition: Transition, { id, now }: { id: string; now: Date }): Promise<BuildRecord> {
  const row = await lockBuild(transition, id);
  if (row.state === "withdrawn") return toRecord(row);
  if (row.job !== null) await transition.queue.drop(transition.transaction, row.queue, row.job);
  const dropped = await transition.transaction
    .updateTable("build")
    .set({
      state: "withdrawn",
      job: null,
      waits_for: null,
      not_before: null,
      unserved_since: null,
      result: null,
      failure: null,
      // From now on the garbage collector may count: it is told of for a while, as what was taken back.
      finished_at: now,
      expires_at: now,
    })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announce(transition.transaction, changeOf(dropped));
  await leaveLine(transition, row);
  return toRecord(dropped);
}

/** As it is now; it stays so until the transaction ends. @throws not_found */
export async function lockBuild({ transaction }: Pick<Transition, "transaction">, id: string): Promise<BuildRow> {
  const row = await transaction.selectFrom("build").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (!row) throw new ServerError("not_found", "There is no such build, or not any more.", { fields: { build: id } });
  return row;
}
