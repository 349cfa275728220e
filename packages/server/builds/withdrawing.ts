import { timingSafeEqual } from "node:crypto";
import type { Kysely } from "kysely";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import { isInLists, leaveLine } from "./admission.ts";
import { secretHash } from "./asking.ts";
import { announce, changeOf } from "./changes.ts";
import type { BuildQueue } from "./queue/queue.ts";
import { type BuildRecord, type BuildRow, isLive, toRecord } from "./records.ts";

/**
 * Takes back one request, in one transaction. With the last one goes the build: its worker hears of it and stops. One that
 * has ended stays as it is.
 * @throws ServerError not_found, forbidden
 */
export async function withdrawAsk(
  transaction: Kysely<Tables>,
  queue: BuildQueue,
  { id, secret, now }: { id: string; secret: string; now: Date },
): Promise<BuildRecord> {
  const row = await transaction.selectFrom("build").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
  if (!row) throw new ServerError("not_found", "There is no such build.", { fields: { build: id } });
  if (!isLive(row)) return toRecord(row);
  const askers = await transaction.selectFrom("build_asker").selectAll().where("build", "=", id).execute();
  const hash = secretHash(secret);
  const mine = askers.find((one) => isSame(one.secret_hash, hash));
  if (!mine) {
    const sentence = "That secret belongs to no request for this build.";
    throw new ServerError("forbidden", sentence, { fields: { build: id } });
  }
  await transaction
    .updateTable("build_asker")
    .set({ withdrawn_at: now, listed: null })
    .where("build", "=", id)
    .where("secret_hash", "=", mine.secret_hash)
    .execute();
  const others = askers.filter((one) => one.withdrawn_at === null && one.secret_hash !== mine.secret_hash);
  const [other] = others;
  if (other) {
    const isTheirs = !isInLists(row) || others.some(({ asker }) => asker === row.client);
    return toRecord(isTheirs ? row : await giveTo(transaction, row, other.asker));
  }
  if (row.job !== null) await queue.drop(transaction, row.queue, row.job);
  const withdrawn = await transaction
    .updateTable("build")
    .set({ state: "withdrawn", job: null, waits_for: null, not_before: null, finished_at: now, expires_at: now })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announce(transaction, changeOf(withdrawn));
  await leaveLine({ transaction, queue }, row);
  return toRecord(withdrawn);
}

/** It is shown where it stands in the list of somebody who still wants it. What is in line stays there, on whose account it ever was. */
async function giveTo(transaction: Kysely<Tables>, { id }: BuildRow, client: string): Promise<BuildRow> {
  const given = await transaction
    .updateTable("build")
    .set({ client })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announce(transaction, changeOf(given));
  return given;
}

function isSame(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
