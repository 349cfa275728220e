import { type Kysely, sql } from "kysely";
import type { Logger } from "pino";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import { formatMark, type Mark, newMark, parseMark } from "../storage/mark.ts";
import type { Store } from "../storage/types.ts";

type MarkedStore = Pick<Store, "name" | "place" | "readMark" | "writeMark">;

/** First bytes of sha256("pawl store mark"). */
const LOCK = "4269664623644579752";
/** For whoever has the lock, and for those who wait for it, in milliseconds. */
const MARKING_MS = 20_000;

/**
 * A server says which store it gives images out from, and marks it as its database's, if it is nobody's yet. Of several servers that say different
 * things one is misled: that is logged. May be done again.
 * @returns whether the store is this database's
 * @throws ServerError store_failed, store_unavailable
 */
export async function declareStore(
  kysely: Kysely<Tables>,
  store: MarkedStore,
  log: Logger,
  signal: AbortSignal,
): Promise<boolean> {
  const database = await databaseId(kysely);
  const found = parseMark(await store.readMark(signal));
  const mark = found === null || found.database === null ? await markStore(kysely, store, database, signal) : found;
  const { place } = store;
  const isOwn = mark.database === database;
  if (!isOwn) log.warn({ place }, "the store is another database's: what is in it and unknown here is left there");
  const id = idOf(store, mark);
  const last = await lastDeclared(kysely);
  if (last && last.id !== id)
    log.warn({ place, before: last.place }, "another store was used with this database before");
  await kysely
    .insertInto("build_store")
    .values({ id, place })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ place, seen_at: sql<Date>`now()` }))
    .execute();
  return isOwn;
}

/** Whether the store is this database's, or nobody's yet. Changes nothing. @throws ServerError store_failed, store_unavailable */
export async function ownsStore(kysely: Kysely<Tables>, store: MarkedStore, signal: AbortSignal): Promise<boolean> {
  const mark = parseMark(await store.readMark(signal));
  return mark === null || mark.database === null || mark.database === (await databaseId(kysely));
}

/**
 * Images that a worker puts where no server looks for them are lost: a folder of that name on another machine is another folder, and a bucket of
 * that name on another server another bucket.
 * @throws ServerError store_failed when servers have another store; while none has said which it has, that can't be known
 */
export async function requireCommonStore(
  kysely: Kysely<Tables>,
  store: MarkedStore,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const declared = await lastDeclared(kysely);
  if (declared === null) {
    log.warn({ place: store.place }, "no server has said yet which store it gives images out from");
    return;
  }
  try {
    // Nothing is marked by who may have the wrong one.
    const mark = parseMark(await store.readMark(signal));
    if (mark !== null && declared.id === idOf(store, mark)) return;
  } catch (error) {
    if (!(error instanceof ServerError && error.code === "store_unavailable" && declared.place === store.place))
      throw error;
    log.warn({ err: error, place: store.place }, "whether this is the servers' store can't be seen now");
    return;
  }
  const since = declared.seen_at.toISOString();
  const sentence = `The servers of this database have another store than this worker: theirs is ${declared.place} (said ${since}), this one's ${store.place}. Give all of them the same store.s3, or on one machine the same store_dir or state_dir.`;
  throw new ServerError("store_failed", sentence);
}

/**
 * Servers of one database do it one after the other. Those of two may do it at once: then it is whose mark stays, which everybody finds who
 * looks again, as the collector does each time.
 */
async function markStore(
  kysely: Kysely<Tables>,
  store: MarkedStore,
  database: string,
  signal: AbortSignal,
): Promise<Mark> {
  const ending = AbortSignal.any([signal, AbortSignal.timeout(MARKING_MS)]);
  return kysely.transaction().execute(async (transaction) => {
    await sql`select set_config('lock_timeout', ${String(MARKING_MS)}, true)`.execute(transaction);
    await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(transaction);
    const found = parseMark(await store.readMark(ending));
    if (found !== null && found.database !== null) return found;
    const mark = found === null ? newMark(database) : { ...found, database };
    await store.writeMark(formatMark(mark), ending);
    // Not every store shows at once what it has taken.
    return parseMark(await store.readMark(ending)) ?? mark;
  });
}

/**
 * By which a store says whose it is: of this database, and of none that was made from a copy of its rows. Of the cluster, which has one from its
 * making, and in it of the database.
 */
async function databaseId(kysely: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select system_identifier || '-' || (select oid from pg_database where datname = current_database()) as id
    from pg_control_system()`.execute(kysely);
  const [row] = rows;
  if (!row) throw new Error("the database doesn't say which it is");
  return row.id;
}

function idOf({ name }: MarkedStore, { id }: Mark): string {
  return `${name}:${id}`;
}

function lastDeclared(kysely: Kysely<Tables>): Promise<{ id: string; place: string; seen_at: Date } | null> {
  return kysely
    .selectFrom("build_store")
    .selectAll()
    .orderBy("seen_at", "desc")
    .limit(1)
    .executeTakeFirst()
    .then((row) => row ?? null);
}
