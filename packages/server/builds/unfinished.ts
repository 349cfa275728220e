import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { QUEUE_SCHEMA } from "./queue/schema.ts";
import type { BuildRow } from "./records.ts";
import { LONGEST_DELAY } from "./retries.ts";
import { lacking, type WorkerRow } from "./workers.ts";

/** What is looked at of every build that hasn't ended; the rest may be long. */
export const SCANNED = [
  ...(["id", "state", "attempt", "line", "place", "client", "job", "queue"] as const),
  ...(["not_before", "waits_for", "unserved_since", "losses", "worker"] as const),
] as const;
export type Scanned = Pick<BuildRow, (typeof SCANNED)[number]>;

/** How long one in line waits for somebody to come who would begin with it before it leaves the line, in milliseconds. */
export const LEAVES_LINE_AFTER = 60_000;
/** And how long a build waits for that at all. */
export const GIVEN_UP_AFTER = 3_600_000;

/** Of each kind so many are looked at once; the others next time. */
const AT_ONCE = 200;

/**
 * Builds with which something may be wrong. It costs as little with ten thousand that wait as with ten: what waits in its order, somebody being
 * there for it, isn't read.
 * @param isThorough with what can't be without somebody else's doing: jobs that are gone
 */
export async function unfinished(
  kysely: Kysely<Tables>,
  { workers, now, isThorough }: { workers: readonly WorkerRow[]; now: Date; isThorough: boolean },
): Promise<Scanned[]> {
  // Most of the time, on most servers.
  if (!(await isAnyLive(kysely))) return [];
  const before = (ms: number) => new Date(now.getTime() - ms);
  const rows = () => kysely.selectFrom("build").select(SCANNED).orderBy("line").limit(AT_ONCE);
  const waiting = () => rows().where("state", "=", "queued");
  const [served, unserved] = [await queuesOf(kysely, "is"), await queuesOf(kysely, "is not")];
  const isServed = (queue: string) => lacking(queue, workers) === null;
  const lost = served.filter((queue) => !isServed(queue));
  const found = unserved.filter(isServed);
  const again = waiting().where("attempt", ">", 0).where("job", "is", null);
  const alone = waiting().where("unserved_since", "is not", null);
  const questions = [
    kysely.selectFrom("build").select(SCANNED).where("state", "=", "running"),
    again.where("not_before", "is", null),
    again.where("not_before", "<=", now),
    again.where("not_before", ">", new Date(now.getTime() + LONGEST_DELAY)),
    alone.where("unserved_since", "<=", before(GIVEN_UP_AFTER)),
    // The clock was set back.
    alone.where("unserved_since", ">", now),
    alone
      .where("unserved_since", "<=", before(LEAVES_LINE_AFTER))
      .where("attempt", "=", 0)
      .where("place", "is not", null),
    ...(lost.length > 0 ? [waiting().where("unserved_since", "is", null).where("queue", "in", lost)] : []),
    ...(found.length > 0 ? [alone.where("queue", "in", found)] : []),
    ...(isThorough ? [waiting().where(isWithoutJob)] : []),
  ];
  const all = new Map<string, Scanned>();
  for (const question of questions) for (const row of await question.execute()) all.set(row.id, row);
  return [...all.values()].sort((a, b) => a.line - b.line);
}

async function isAnyLive(kysely: Kysely<Tables>): Promise<boolean> {
  const live = kysely
    .selectFrom("build")
    .select("id")
    .where("state", "in", ["queued", "running"])
    // By the index, however many have ended.
    .orderBy("state")
    .limit(1);
  return (await live.executeTakeFirst()) !== undefined;
}

const isWithoutJob = sql<boolean>`
  (attempt > 0 or place is not null) and job is not null
  and not exists (select 1 from ${sql.id(QUEUE_SCHEMA, "job")} j where j.id = build.job and j.state < 'active')`;

/** Queues in which something waits, and somebody is there for it or nobody, as far as is known: a step in an index for each. */
async function queuesOf(kysely: Kysely<Tables>, unserved: "is" | "is not"): Promise<string[]> {
  const condition = sql`state = 'queued' and unserved_since ${sql.raw(unserved)} null`;
  const { rows } = await sql<{ queue: string }>`
    with recursive queues as (
      (select queue from build where ${condition} order by queue limit 1)
      union all
      select (select b.queue from build b where ${condition} and b.queue > queues.queue order by b.queue limit 1)
      from queues where queues.queue is not null
    )
    select queue from queues where queue is not null`.execute(kysely);
  return rows.map(({ queue }) => queue);
}

/** Queues in which something waits for its turn, the one with the longest waiting first. */
export async function queuesToBeginFrom(kysely: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ queue: string }>`
    with recursive queues as (
      (
        select queue, coalesce(place, line) as place from build where state = 'queued' and job is not null
        order by queue, coalesce(place, line) limit 1
      )
      union all
      select next.queue, next.place from queues cross join lateral (
        select b.queue, coalesce(b.place, b.line) as place from build b
        where b.state = 'queued' and b.job is not null and b.queue > queues.queue
        order by b.queue, coalesce(b.place, b.line) limit 1
      ) as next
    )
    select queue from queues order by place`.execute(kysely);
  return rows.map(({ queue }) => queue);
}

/** Clients with something in their lists that may have more in line: there are none, unless more are allowed than were. */
export async function clientsToAdmit(kysely: Kysely<Tables>, most: number): Promise<string[]> {
  const { rows } = await sql<{ client: string }>`
    with recursive clients as (
      (select asker from build_asker where listed is not null order by asker limit 1)
      union all
      select (
        select b.asker from build_asker b where b.listed is not null and b.asker > clients.asker order by b.asker limit 1
      ) from clients where clients.asker is not null
    )
    select asker as client from clients where asker is not null and (
      select count(*) from (
        select 1 from build where client = asker and state = 'queued' and attempt = 0 and place is not null limit ${most}
      ) as counted
    ) < ${most} limit ${AT_ONCE}`.execute(kysely);
  return rows.map(({ client }) => client);
}
