import { type Kysely, sql } from "kysely";
import { serves } from "../builds/queue/names.ts";
import type { Tables } from "../db/tables.ts";
import type { QueueState, ShownWorker, WaitingTarget } from "./types.ts";

/** What waits, by target, and why. */
export async function readQueue(kysely: Kysely<Tables>, workers: readonly ShownWorker[]): Promise<QueueState> {
  const rows = await kysely
    .selectFrom("build")
    .select([
      "queue",
      sql<number>`count(*) filter (where state = 'queued')`.as("waiting"),
      sql<number>`count(*) filter (where state = 'running')`.as("running"),
      sql<number>`count(not_before) filter (where state = 'queued')`.as("retrying"),
      sql<Date | null>`min(enqueued_at) filter (where state = 'queued')`.as("oldest_at"),
    ])
    // As the index has it.
    .where(sql<boolean>`state in ('queued', 'running')`)
    .groupBy("queue")
    .execute();
  const there = workers.filter(({ isThere }) => isThere);
  const targets = rows.flatMap(({ queue, waiting, running, retrying, oldest_at: oldestAt }): WaitingTarget[] => {
    if (oldestAt === null) return [];
    const able = there.filter((worker) => serves(worker, queue));
    const named = namesIn(queue);
    const why = whyWaiting({ target: named.target, waiting, retrying }, able);
    return [{ ...named, waiting, running, retrying, oldestAt, workers: able.length, free: freePlaces(able), why }];
  });
  return {
    waiting: sum(rows.map(({ waiting }) => waiting)),
    running: sum(rows.map(({ running }) => running)),
    targets: targets.sort((a, b) => a.oldestAt.getTime() - b.oldestAt.getTime()),
  };
}

/** Why what waits for a target isn't begun. Pure. */
export function whyWaiting(
  { target, waiting, retrying }: Pick<WaitingTarget, "target" | "waiting" | "retrying">,
  able: readonly Pick<ShownWorker, "trouble" | "isDraining" | "running" | "parallel">[],
): string {
  if (able.length === 0) return `No worker is there for ${target}.`;
  const willing = able.filter(({ isDraining }) => !isDraining);
  if (willing.length === 0) return "Its workers are stopping, and begin nothing any more.";
  const well = willing.filter(({ trouble }) => trouble === null);
  if (well.length === 0) return willing[0]?.trouble ?? "";
  if (retrying === waiting) return "Tried before, and failed for something that may pass: the next try has a time.";
  if (freePlaces(well) > 0) return "It is about to begin.";
  const places = sum(well.map(({ parallel }) => parallel));
  return places === 1 ? "Its worker builds something else." : `All ${places} places of its workers are taken.`;
}

/** Of workers that begin something. */
function freePlaces(workers: readonly Pick<ShownWorker, "trouble" | "isDraining" | "running" | "parallel">[]): number {
  const willing = workers.filter(({ trouble, isDraining }) => trouble === null && !isDraining);
  return sum(willing.map(({ parallel, running }) => Math.max(0, parallel - running)));
}

/** `openwrt/ath79/generic/x86_64` */
function namesIn(queue: string): Pick<WaitingTarget, "distribution" | "target" | "architecture"> {
  const parts = queue.split("/");
  const [distribution = ""] = parts;
  return { distribution, target: parts.slice(1, -1).join("/"), architecture: parts.at(-1) ?? "" };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
