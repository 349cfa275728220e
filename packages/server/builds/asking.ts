import { createHash, randomBytes } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { BuildRecipe } from "../builders/types.ts";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import { enqueue, enterLine, hasRoom, isInLists, lockLine, nextNumber, type Transition } from "./admission.ts";
import { announce, type Change, changeOf } from "./changes.ts";
import { listingOf } from "./listing.ts";
import { recall } from "./recall.ts";
import { type BuildRecord, type BuildRow, isLive, toRecord } from "./records.ts";
import type { Asked, BuildAsk } from "./types.ts";

/** Requests with one key that came at about the same time. */
export interface Asks {
  key: string;
  asks: readonly [BuildAsk, ...BuildAsk[]];
  /** Of the first one. */
  recipe: BuildRecipe;
  queueName: string;
  catalogDigest: string;
  now: Date;
  /** Of those that somebody builds for, and, besides, of those that nobody builds for. */
  maxPending: number;
  /** As many as this process knows of. */
  pending: { served: number; unserved: number };
  /** How many builds a client may have in line. */
  inLinePerClient: number;
  /** Why nobody would begin with it now; null if somebody would. */
  lacks: string | null;
}

/** What became of them; the first one's outcome, the others joined it if it is `new`. */
export interface Answered {
  record: BuildRecord;
  outcome: Asked["outcome"];
}

/** Somebody else is about to change the same: once more. */
export const AGAIN = Symbol("again");
/** Nothing was changed: once more, with the line. */
export const NEEDS_LINE = Symbol("needs line");

/**
 * Answers from what there is, joins, or enqueues; in one transaction, of which this is all. Without the line it says so where it needs it: the line
 * is locked before anything else.
 * @throws ServerError queue_full
 */
export async function answerAsks(
  transition: Transition,
  asks: Asks,
  { withLine }: { withLine: boolean },
): Promise<Answered | typeof AGAIN | typeof NEEDS_LINE> {
  const { transaction } = transition;
  if (withLine) await lockLine(transaction);
  const newest = await newestOf(transaction, asks.key, withLine);
  if (newest === AGAIN) return AGAIN;
  const decision = recall(newest && toRecord(newest), asks);
  if (!withLine && (decision === "new" || (newest !== null && isInLists(newest)))) return NEEDS_LINE;
  const { row, changes } = await answer(transition, asks, decision === "new" ? null : newest);
  await announce(transaction, ...changes, ...(await addAliases(transaction, asks)));
  return { record: toRecord(row), outcome: decision === "join" ? "joined" : decision };
}

/** @param found what there is for them; null: it is to be built anew */
async function answer(
  transition: Transition,
  asks: Asks,
  found: BuildRow | null,
): Promise<{ row: BuildRow; changes: Change[] }> {
  const { transaction } = transition;
  if (found !== null && !isLive(found)) {
    const lengthened = await lengthen(transaction, found, asks.asks);
    return lengthened ? { row: lengthened, changes: [changeOf(lengthened)] } : { row: found, changes: [] };
  }
  const row = found === null ? await addBuild(transition, asks) : await join(transition, asks, found);
  await addAskers(transaction, row, asks);
  return { row, changes: row === found ? [] : [changeOf(row)] };
}

/** Whoever joins and has room takes it into the line: it need not wait in anybody's list for what else that one has asked for. */
async function join(transition: Transition, asks: Asks, found: BuildRow): Promise<BuildRow> {
  if (!isInLists(found)) return found;
  const client = await clientWithRoom(transition, asks);
  const now = await transition.transaction
    .selectFrom("build")
    .selectAll()
    .where("id", "=", found.id)
    .executeTakeFirstOrThrow();
  // Looking for room may have taken this very one into the line.
  return client !== null && isInLists(now) ? enterLine(transition, now, client) : now;
}

/** What a secret is known by. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/**
 * Locked: it doesn't end or get withdrawn while somebody joins it. With the line locked nobody is waited for: whoever has the row may wait for
 * the line.
 */
async function newestOf(
  transaction: Kysely<Tables>,
  key: string,
  withLine: boolean,
): Promise<BuildRow | null | typeof AGAIN> {
  const newest = transaction
    .selectFrom("build")
    .selectAll()
    .where("key", "=", key)
    .where("state", "<>", "withdrawn")
    .orderBy("line", "desc")
    .limit(1);
  if (!withLine) return (await newest.forUpdate().executeTakeFirst()) ?? null;
  const seen = await newest.executeTakeFirst();
  if (!seen) return null;
  const held = await transaction
    .selectFrom("build")
    .selectAll()
    .where("id", "=", seen.id)
    .where("state", "<>", "withdrawn")
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  return held ?? AGAIN;
}

/** The line is locked: nobody else enters the same at this moment. */
async function addBuild(transition: Transition, asks: Asks): Promise<BuildRow> {
  const { key, recipe, queueName, catalogDigest, now, lacks } = asks;
  const [{ inputs, asker }] = asks.asks;
  const { transaction } = transition;
  await refuseTooMany(transaction, asks);
  const client = lacks === null ? await clientWithRoom(transition, asks) : null;
  const line = await nextNumber(transaction);
  const id = randomBytes(16).toString("hex");
  const place = client === null ? null : line;
  const job = client === null ? null : await enqueue(transition, { id, key, line, place, queue: queueName, recipe });
  return transaction
    .insertInto("build")
    .values({
      job,
      id,
      key,
      line,
      place,
      client: client ?? asker,
      queue: queueName,
      ...listingOf(inputs),
      inputs: JSON.stringify(inputs),
      recipe: JSON.stringify(recipe),
      state: "queued",
      waits_for: lacks,
      unserved_since: lacks === null ? null : now,
      enqueued_at: now,
      catalog_digest: catalogDigest,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Whether one of them has room is looked for among so many: there may be a thousand, and the line is locked. */
const MOST_LOOKED_AT = 8;

/** Among those who ask for the same, one who may have another build in line. */
async function clientWithRoom(transition: Transition, { asks, inLinePerClient }: Asks): Promise<string | null> {
  const clients = [...new Set(asks.map(({ asker }) => asker))].slice(0, MOST_LOOKED_AT);
  for (const client of clients) if (await hasRoom(transition, client, inLinePerClient)) return client;
  return null;
}

/** So far from the limit nobody needs to know exactly how many wait: what this process hasn't heard of yet is less. */
const UNHEARD = 100;

/** asu-v1 §1.3: as many may wait, and one more. @throws queue_full */
async function refuseTooMany(transaction: Kysely<Tables>, { maxPending, pending, lacks }: Asks): Promise<void> {
  const known = lacks === null ? pending.served : pending.unserved;
  if (known + UNHEARD < maxPending) return;
  const { waiting } = await transaction
    .selectFrom("build")
    .select((row) => row.fn.countAll<number>().as("waiting"))
    .where("state", "=", "queued")
    .where("unserved_since", lacks === null ? "is" : "is not", null)
    .executeTakeFirstOrThrow();
  if (waiting <= maxPending) return;
  const what = lacks === null ? "wait already" : `wait already for workers that aren't there (${lacks})`;
  const sentence = `${waiting} builds ${what}; no more can be taken now.`;
  throw new ServerError("queue_full", sentence, { fields: { length: waiting }, retryAfter: 60 });
}

async function addAskers(transaction: Kysely<Tables>, build: BuildRow, { asks, now }: Asks): Promise<void> {
  const listed = isInLists(build) ? build.line : null;
  const rows = new Map<string, { asker: string; secret_hash: string; ttl: number }>();
  for (const { asker, secret, ttl } of asks) {
    const secret_hash = secret === undefined ? "" : secretHash(secret);
    const id = `${asker}\n${secret_hash}`;
    rows.set(id, { asker, secret_hash, ttl: Math.max(ttl, rows.get(id)?.ttl ?? 0) });
  }
  await transaction
    .insertInto("build_asker")
    .values([...rows.values()].map((row) => ({ build: build.id, listed, asked_at: now, ...row })))
    .onConflict((conflict) =>
      conflict.columns(["build", "asker", "secret_hash"]).doUpdateSet({
        ttl: sql<number>`greatest(build_asker.ttl, excluded.ttl)`,
        withdrawn_at: null,
        listed: sql<number | null>`excluded.listed`,
      }),
    )
    .execute();
}

/** Whoever wants it longer keeps it longer. A failure is no use to keep. */
async function lengthen(
  transaction: Kysely<Tables>,
  row: BuildRow,
  asks: readonly BuildAsk[],
): Promise<BuildRow | undefined> {
  const until = wantedUntil(row.finished_at, asks);
  if (row.state !== "done" || until === null || (row.expires_at !== null && row.expires_at >= until)) return undefined;
  return transaction
    .updateTable("build")
    .set({ expires_at: until })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** Until when one that ended then has to be there. */
export function wantedUntil(finishedAt: Date | null, asks: readonly Pick<BuildAsk, "ttl">[]): Date | null {
  if (finishedAt === null) return null;
  return new Date(finishedAt.getTime() + Math.max(...asks.map(({ ttl }) => ttl)));
}

async function addAliases(transaction: Kysely<Tables>, { key, asks }: Asks): Promise<Change[]> {
  const rows = new Map<string, { dialect: string; hash: string; key: string; request: string }>();
  for (const { alias } of asks) {
    if (!alias) continue;
    const { dialect, hash, request } = alias;
    rows.set(`${dialect} ${hash}`, { dialect, hash, key, request: JSON.stringify({ request }) });
  }
  if (rows.size === 0) return [];
  // In one order, so that two who write several don't wait for each other crosswise.
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  const changed = await transaction
    .insertInto("build_alias")
    .values(sorted)
    .onConflict((conflict) =>
      conflict
        .columns(["hash", "dialect"])
        .doUpdateSet({ key: sql<string>`excluded.key`, request: sql<string>`excluded.request` })
        .where("build_alias.key", "<>", key),
    )
    .returning(["dialect", "hash"])
    .execute();
  return changed.map((alias) => ({ kind: "alias", ...alias }));
}
