import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { announce, changeOf } from "./changes.ts";
import type { BuildQueue } from "./queue/queue.ts";
import type { BuildRow } from "./records.ts";

/** What changes a build's row, its job and the word about it together: all in one transaction, or not at all. */
export interface Transition {
  transaction: Kysely<Tables>;
  queue: BuildQueue;
}

/** First bytes of sha256("pawl line of builds"). */
const LINE_LOCK = "5572311360231561672";

/** How long whoever has the line may say nothing to the database. */
const MOST_IDLE = "5s";

/**
 * Whoever gives numbers holds this until the commit, so that they are in order, and so that nobody is counted twice. It is taken before any row of
 * a build is locked; who has locked one already (it leaves the line) takes it last, and touches only what waits in lists then.
 */
export async function lockLine(transaction: Kysely<Tables>): Promise<void> {
  // Whoever is stopped with it in hand, and isn't killed, loses it soon: all others wait.
  await sql`
    select set_config('idle_in_transaction_session_timeout', ${MOST_IDLE}, true), pg_advisory_xact_lock(${LINE_LOCK}::bigint)
  `.execute(transaction);
}

/** The next number of the line, which is locked. */
export async function nextNumber(transaction: Kysely<Tables>): Promise<number> {
  const { rows } = await sql<{ number: number }>`select nextval('build_line') as number`.execute(transaction);
  const [row] = rows;
  if (!row) throw new Error("the sequence of the line gives no number");
  return row.number;
}

/** It waits in its clients' own lists: somebody would build it, and it isn't in line yet. */
export function isInLists(row: Pick<BuildRow, "state" | "attempt" | "place" | "unserved_since">): boolean {
  return row.state === "queued" && row.attempt === 0 && row.place === null && row.unserved_since === null;
}

/** It is in line, and not among those that wait once more. */
export function isInLine(row: Pick<BuildRow, "state" | "attempt" | "place">): boolean {
  return row.state === "queued" && row.attempt === 0 && row.place !== null;
}

/** Whether a client may have one more in line, which is locked. What waits in its list comes first: contract server.md §3. */
export async function hasRoom(transition: Transition, client: string, most: number): Promise<boolean> {
  for (;;) {
    const { rows } = await sql<{ inLine: number; hasList: boolean }>`
      select
        (select count(*) from (
          select 1 from build where client = ${client} and state = 'queued' and attempt = 0 and place is not null
          limit ${most}
        ) as counted) as "inLine",
        exists (select 1 from build_asker where asker = ${client} and listed is not null) as "hasList"
    `.execute(transition.transaction);
    const [{ inLine, hasList } = { inLine: most, hasList: false }] = rows;
    if (inLine >= most) return false;
    if (!hasList || !(await admitNext(transition, client))) return true;
  }
}

/** From its clients' lists to the end of the line, which is locked, on account of one of them. `row` is locked, and its queue there. */
export async function enterLine(transition: Transition, row: BuildRow, client: string): Promise<BuildRow> {
  const { transaction } = transition;
  const place = await nextNumber(transaction);
  const job = await enqueue(transition, { ...row, place });
  await unlist(transaction, [row.id]);
  return transaction
    .updateTable("build")
    .set({ place, job, client, waits_for: null, unserved_since: null })
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** A build is in line no more: the next of its client's list is. `row` is as it was. At the end of a transaction. */
export async function leaveLine(
  transition: Transition,
  row: Pick<BuildRow, "id" | "client" | "state" | "attempt" | "place" | "unserved_since">,
): Promise<void> {
  if (isInLists(row)) await unlist(transition.transaction, [row.id]);
  if (!isInLine(row)) return;
  await lockLine(transition.transaction);
  await admitNext(transition, row.client);
}

/** Nobody waits for them in a list any more. */
export async function unlist(transaction: Kysely<Tables>, builds: readonly string[]): Promise<void> {
  await transaction
    .updateTable("build_asker")
    .set({ listed: null })
    .where("build", "in", builds)
    .where("listed", "is not", null)
    .execute();
}

/** Into the lists of all who want it. */
export async function list(transaction: Kysely<Tables>, { id, line }: Pick<BuildRow, "id" | "line">): Promise<void> {
  await transaction
    .updateTable("build_asker")
    .set({ listed: line })
    .where("build", "=", id)
    .where("withdrawn_at", "is", null)
    .execute();
}

/** The first of a client's list, which then goes to the end of the line; that is locked. False if its list is empty. */
async function admitNext(transition: Transition, client: string): Promise<boolean> {
  const { transaction } = transition;
  for (;;) {
    const next = await transaction
      .selectFrom("build_asker")
      .select("build")
      .where("asker", "=", client)
      .where("listed", "is not", null)
      .orderBy("listed")
      .limit(1)
      .executeTakeFirst();
    if (!next) return false;
    const row = await transaction
      .selectFrom("build")
      .selectAll()
      .where("id", "=", next.build)
      .forUpdate()
      .executeTakeFirst();
    if (row && isInLists(row)) {
      const entered = await enterLine(transition, row, client);
      await announce(transaction, changeOf(entered));
      return true;
    }
    // Somebody has taken it out of the queue without a word to the lists.
    await unlist(transaction, [next.build]);
  }
}

/** A new job for a build that is to begin; its id, which may be chosen. What is in the way is forgotten. The queue has to be there. */
export async function enqueue(
  { transaction, queue }: Transition,
  row: Pick<BuildRow, "id" | "key" | "line" | "place" | "queue" | "recipe">,
  id: string = randomUUID(),
): Promise<string> {
  const expiresIn = Math.ceil(row.recipe.limits.timeMs / 1000) + MOST_PREPARING;
  const job = { id, queue: row.queue, build: row.id, key: row.key, place: row.place ?? row.line, expiresIn };
  if (await queue.send(transaction, job)) return job.id;
  await queue.dropStray(transaction, row.queue, row.key);
  if (await queue.send(transaction, job)) return job.id;
  throw new Error(`the queue doesn't take build ${row.id}`);
}

/** Seconds that fetching, unpacking and storing may take beside the build itself, by far. */
const MOST_PREPARING = 7_200;
