import { createHash, randomBytes, randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { BuildRecipe } from "../builders/types.ts";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import { announce, type Change } from "./changes.ts";
import type { BuildQueue } from "./queue/queue.ts";
import { recall } from "./recall.ts";
import { type BuildRecord, type BuildRow, toRecord } from "./records.ts";
import { changeOf, enqueue } from "./transitions.ts";
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
  /** Why nobody would begin with it now; null if somebody would. */
  lacks: string | null;
}

/** What became of them; the first one's outcome, the others joined it if it is `new`. */
export interface Answered {
  record: BuildRecord;
  outcome: Asked["outcome"];
}

/** Somebody else has enqueued the same at the same moment: once more. */
export const AGAIN = Symbol("again");

/**
 * Answers from what there is, joins, or enqueues; in one transaction, of which this is all.
 * @throws ServerError queue_full
 */
export async function answerAsks(
  transaction: Kysely<Tables>,
  queue: BuildQueue,
  asks: Asks,
): Promise<Answered | typeof AGAIN> {
  const newest = await newestOf(transaction, asks.key);
  const decision = recall(newest && toRecord(newest), asks);
  const changes: Change[] = [];
  let row: BuildRow | undefined | null = newest;
  if (decision === "new") {
    row = await addBuild(transaction, queue, asks);
    if (!row) return AGAIN;
    changes.push(changeOf(row));
  }
  if (!row) throw new Error("a build that was found is gone");
  if (decision === "hit") {
    const lengthened = await lengthen(transaction, row, asks.asks);
    if (lengthened) {
      row = lengthened;
      changes.push(changeOf(row));
    }
  } else {
    await addAskers(transaction, row.id, asks);
  }
  changes.push(...(await addAliases(transaction, asks)));
  await announce(transaction, ...changes);
  return { record: toRecord(row), outcome: decision === "join" ? "joined" : decision };
}

/** What a secret is known by. */
export function secretHash(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** Locked: it doesn't end or get withdrawn while somebody joins it. */
async function newestOf(transaction: Kysely<Tables>, key: string): Promise<BuildRow | null> {
  const row = await transaction
    .selectFrom("build")
    .selectAll()
    .where("key", "=", key)
    .where("state", "<>", "withdrawn")
    .orderBy("line", "desc")
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  return row ?? null;
}

/** First bytes of sha256("pawl line of builds"): whoever enters the line holds it until the commit, so that numbers are in order. */
const LINE_LOCK = "5572311360231561672";

async function addBuild(
  transaction: Kysely<Tables>,
  queue: BuildQueue,
  { key, asks: [{ inputs }], recipe, queueName, catalogDigest, now, maxPending, lacks }: Asks,
): Promise<BuildRow | undefined> {
  await sql`select pg_advisory_xact_lock(${LINE_LOCK}::bigint)`.execute(transaction);
  const { waiting } = await transaction
    .selectFrom("build")
    .select((row) => row.fn.countAll<number>().as("waiting"))
    .where("state", "=", "queued")
    .where("unserved_since", lacks === null ? "is" : "is not", null)
    .executeTakeFirstOrThrow();
  // asu-v1 §1.3: as many may wait, and one more.
  if (waiting > maxPending) {
    const what = lacks === null ? "wait already" : `wait already for workers that aren't there (${lacks})`;
    const sentence = `${waiting} builds ${what}; no more can be taken now.`;
    throw new ServerError("queue_full", sentence, { fields: { length: waiting }, retryAfter: 60 });
  }
  const job = randomUUID();
  const row = await transaction
    .insertInto("build")
    .values({
      job,
      id: randomBytes(16).toString("hex"),
      key,
      line: sql<number>`nextval('build_line')`,
      queue: queueName,
      inputs: JSON.stringify(inputs),
      recipe: JSON.stringify(recipe),
      state: "queued",
      waits_for: lacks,
      unserved_since: lacks === null ? null : now,
      enqueued_at: now,
      catalog_digest: catalogDigest,
    })
    // In words: PostgreSQL finds an index by its condition, not by values.
    .onConflict((conflict) => conflict.column("key").where(sql<boolean>`state in ('queued', 'running')`).doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!row) return undefined;
  await enqueue({ transaction, queue }, row, job);
  return row;
}

async function addAskers(transaction: Kysely<Tables>, build: string, { asks, now }: Asks): Promise<void> {
  const rows = new Map<string, { asker: string; secret_hash: string; ttl: number }>();
  for (const { asker, secret, ttl } of asks) {
    const secret_hash = secret === undefined ? "" : secretHash(secret);
    const id = `${asker}\n${secret_hash}`;
    rows.set(id, { asker, secret_hash, ttl: Math.max(ttl, rows.get(id)?.ttl ?? 0) });
  }
  await transaction
    .insertInto("build_asker")
    .values([...rows.values()].map((row) => ({ build, asked_at: now, ...row })))
    .onConflict((conflict) =>
      conflict.columns(["build", "asker", "secret_hash"]).doUpdateSet({
        ttl: sql<number>`greatest(build_asker.ttl, excluded.ttl)`,
        withdrawn_at: null,
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
