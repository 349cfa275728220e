import type { Kysely } from "kysely";
import { sql } from "kysely";
import { announce, type Change } from "../builds/changes.ts";
import { changeOf, TOLD } from "../builds/transitions.ts";
import { withRetriedTransaction } from "../db/retried-transaction.ts";
import type { Tables } from "../db/tables.ts";
import { whyGone } from "./plan.ts";
import { ENDED } from "./reading.ts";

/*
 * A build goes in three steps: its row promises nothing any more; its files go; its row goes. A kill after the first leaves a row that says that
 * it has no files, and by which they are found; after the second, one by which nothing is found, and nothing is promised. The other way round
 * files would be left that no row knows of, or a row would promise what isn't there. Each step may run twice.
 */

/**
 * From its commit on nobody is led to these files, and whoever asks has the build made anew. What somebody is about to lengthen, or has, stays.
 * @returns those that go
 */
export async function takeBack(
  database: Kysely<Tables>,
  { ids, now, clock }: { ids: readonly string[]; now: Date; clock: Date },
): Promise<string[]> {
  if (ids.length === 0) return [];
  return withRetriedTransaction(database, async (transaction) => {
    const rows = await transaction
      .selectFrom("build")
      .select([...ENDED, ...TOLD])
      .where("id", "in", [...ids])
      // In one order, so that processes that lock several don't wait for each other crosswise; what is locked is wanted.
      .orderBy("id")
      .forUpdate()
      .skipLocked()
      .execute();
    const going = rows.filter((row) => whyGone(row, now) !== null);
    const done = going.filter(({ state }) => state !== "withdrawn");
    if (done.length > 0) {
      const ids = done.map(({ id }) => id);
      // What it expires at stays: by that it goes at once if this is cut here.
      await transaction
        .updateTable("build")
        .set({ state: "withdrawn", result: null, finished_at: clock })
        .where("id", "in", ids)
        .execute();
      await announce(transaction, ...done.map((row) => changeOf({ ...row, state: "withdrawn" })));
    }
    return going.map(({ id }) => id);
  });
}

/** Their rows, with log and askers; one that somebody writes to at this moment goes another time. */
export async function forgetBuilds(database: Kysely<Tables>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await withRetriedTransaction(database, async (transaction) => {
    const rows = await transaction
      .selectFrom("build")
      .select("id")
      .where("id", "in", [...ids])
      .where("state", "=", "withdrawn")
      .orderBy("id")
      .forUpdate()
      .skipLocked()
      .execute();
    if (rows.length === 0) return;
    const free = rows.map(({ id }) => id);
    const gone = await transaction.deleteFrom("build").where("id", "in", free).returning(TOLD).execute();
    await announce(transaction, ...gone.map(changeOf));
  });
}

/** Ends the time of builds that nobody has wanted lately. @returns those whose time is over now */
export async function endTime(
  database: Kysely<Tables>,
  { ids, unusedSince, now }: { ids: readonly string[]; unusedSince: Date; now: Date },
): Promise<string[]> {
  if (ids.length === 0) return [];
  return withRetriedTransaction(database, async (transaction) => {
    const locked = await transaction
      .selectFrom("build")
      .select("id")
      .where("id", "in", [...ids])
      .where("state", "=", "done")
      .where(sql<boolean>`greatest(coalesce(used_at, finished_at), finished_at) <= ${unusedSince}`)
      .orderBy("id")
      .forUpdate()
      .skipLocked()
      .execute();
    if (locked.length === 0) return [];
    const ended = await transaction
      .updateTable("build")
      .set({ expires_at: now, evicted_at: now })
      .where(
        "id",
        "in",
        locked.map(({ id }) => id),
      )
      .returning(TOLD)
      .execute();
    await announce(transaction, ...ended.map(changeOf));
    return ended.map(({ id }) => id);
  });
}

/** Names of requests that no build is left of, a page of them. @returns how many */
export async function forgetAliases(database: Kysely<Tables>, limit: number): Promise<number> {
  return withRetriedTransaction(database, async (transaction) => {
    // Locked first: whoever asks for the same writes its build before its name. If that has happened, the second question knows; if it is
    // about to happen, it waits for us and makes the name anew.
    const names = await transaction
      .selectFrom("build_alias")
      .select(["dialect", "hash"])
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom("build").select("build.id").whereRef("build.key", "=", "build_alias.key"))),
      )
      .orderBy("hash")
      .orderBy("dialect")
      .limit(limit)
      .forUpdate()
      .skipLocked()
      .execute();
    if (names.length === 0) return 0;
    const gone = await transaction
      .deleteFrom("build_alias")
      .where(({ eb, refTuple, tuple }) =>
        eb(
          refTuple("dialect", "hash"),
          "in",
          names.map(({ dialect, hash }) => tuple(dialect, hash)),
        ),
      )
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom("build").select("build.id").whereRef("build.key", "=", "build_alias.key"))),
      )
      .returning(["dialect", "hash"])
      .execute();
    await announce(transaction, ...gone.map((name): Change => ({ kind: "alias", ...name })));
    return gone.length;
  });
}
