import type { ServerSchemas } from "./server.ts";

type Branch = ServerSchemas["CatalogBranches"]["items"][number];
type Check = ServerSchemas["Ready"]["checks"][number];

/** What is asked for the lines; undefined: not known yet. Null: this token, or none, may not see it. */
export interface HealthSources {
  branches: readonly Branch[] | undefined;
  summary: ServerSchemas["StatsSummary"] | undefined;
  queue: Omit<ServerSchemas["Queue"], "next"> | null | undefined;
  workers: readonly ServerSchemas["Worker"][] | null | undefined;
  checks: readonly Check[] | undefined;
}

export type HealthPart = "mirror" | "queue" | "workers" | "store" | "database";
export type HealthTone = "well" | "attention" | "trouble" | "unknown";

/** Whether a part is well, and the reason: the words for each kind are in words/console.ts. */
export type HealthLine = { part: HealthPart; tone: HealthTone } & HealthReason;

export type HealthReason =
  | { reason: "loading" }
  | { reason: "not-told" }
  | { reason: "check"; message: string }
  | { reason: "read"; total: number; oldestAt: string | null }
  | { reason: "nothing-read" }
  | { reason: "catalog-trouble"; inTrouble: number; total: number; branches: readonly string[] }
  | { reason: "nothing-waits"; running: number | null }
  | { reason: "waits"; waiting: number; running: number | null; oldestAt: string | null }
  | { reason: "stuck"; waiting: number; target: string; why: string; oldestAt: string }
  | { reason: "work"; there: number; running: number; places: number }
  | { reason: "no-workers"; known: number; waiting: number }
  | { reason: "worker-trouble"; name: string; message: string; there: number; known: number }
  | { reason: "workers-away"; names: readonly string[]; there: number }
  | { reason: "stored"; images: number; bytes: number; budget: number }
  | { reason: "budget-full"; images: number; bytes: number; budget: number };

/** More than this share in trouble is one; less happens, and is served from what is there. */
const TROUBLED_SHARE = 0.5;

/** Nothing takes that long to build: what waits for longer waits for something else, in milliseconds. */
const LONG_WAIT_MS = 30 * 60_000;
/** From this share of its budget on, a store keeps what comes by letting go of what lies longest. */
const FULL_SHARE = 0.95;

/** Is all well? The database has a line only when it isn't. @param now in milliseconds since 1970 */
export function healthLines(sources: HealthSources, now: number): HealthLine[] {
  const database = checkOf(sources, "database");
  return [
    mirrorLine(sources),
    queueLine(sources, now),
    workersLine(sources),
    storeLine(sources),
    ...(database ? [{ part: "database", tone: "trouble", reason: "check", message: database } as const] : []),
  ];
}

/** The worst of them, for the headline. */
export function worstTone(lines: readonly HealthLine[]): HealthTone {
  const order: readonly HealthTone[] = ["trouble", "attention", "well"];
  return order.find((tone) => lines.some((line) => line.tone === tone)) ?? "unknown";
}

const checkOf = ({ checks }: HealthSources, name: string) =>
  checks?.find((each) => each.name === name)?.trouble ?? null;

function mirrorLine(sources: HealthSources): HealthLine {
  const part = "mirror";
  const told = checkOf(sources, "catalog");
  if (told !== null) return { part, tone: "trouble", reason: "check", message: told };
  const { branches } = sources;
  if (branches === undefined) return { part, tone: "unknown", reason: "loading" };
  const total = sum(branches.map((each) => each.total));
  const inTrouble = sum(branches.map((each) => each.in_trouble));
  if (total === 0) return { part, tone: "attention", reason: "nothing-read" };
  if (inTrouble > 0) {
    const troubled = branches.filter((each) => each.in_trouble > 0);
    return {
      part,
      tone: inTrouble / total > TROUBLED_SHARE ? "trouble" : "attention",
      reason: "catalog-trouble",
      inTrouble,
      total,
      branches: [...new Set(troubled.map(({ distribution, branch }) => branch ?? distribution))],
    };
  }
  const oldestAt = branches.flatMap(({ oldest_at }) => oldest_at ?? []).sort()[0] ?? null;
  return { part, tone: "well", reason: "read", total, oldestAt };
}

function queueLine({ queue, summary, checks }: HealthSources, now: number): HealthLine {
  const part = "queue";
  const told = checkOf({ checks } as HealthSources, "queue");
  if (told !== null) return { part, tone: "trouble", reason: "check", message: told };
  if (queue) {
    const { waiting, running, items } = queue;
    const stuck = items.find(({ workers, waiting: of, retrying }) => workers === 0 && of > retrying);
    if (stuck) {
      const { target, why, oldest_at } = stuck;
      return { part, tone: "trouble", reason: "stuck", waiting: stuck.waiting, target, why, oldestAt: oldest_at };
    }
    if (waiting === 0) return { part, tone: "well", reason: "nothing-waits", running };
    const oldestAt = items[0]?.oldest_at ?? null;
    const isLong = oldestAt !== null && now - Date.parse(oldestAt) > LONG_WAIT_MS;
    return { part, tone: isLong ? "attention" : "well", reason: "waits", waiting, running, oldestAt };
  }
  if (!summary) return { part, tone: "unknown", reason: "loading" };
  const waiting = summary.queue_length;
  if (waiting === 0) return { part, tone: "well", reason: "nothing-waits", running: null };
  return { part, tone: "well", reason: "waits", waiting, running: null, oldestAt: null };
}

function workersLine({ workers, summary }: HealthSources): HealthLine {
  const part = "workers";
  if (workers === undefined) return { part, tone: "unknown", reason: "loading" };
  if (workers === null) return { part, tone: "unknown", reason: "not-told" };
  const there = workers.filter((each) => each.there);
  const able = there.filter(({ draining, trouble }) => !draining && trouble === null);
  const known = workers.length;
  if (there.length === 0) {
    const waiting = summary?.queue_length ?? 0;
    return { part, tone: "trouble", reason: "no-workers", known, waiting };
  }
  const troubled = there.find(({ trouble }) => trouble !== null);
  if (troubled) {
    const tone = able.length === 0 ? "trouble" : "attention";
    const { name, trouble } = troubled;
    return { part, tone, reason: "worker-trouble", name, message: trouble ?? "", there: there.length, known };
  }
  const away = workers.filter((each) => !each.there);
  if (away.length > 0) {
    const names = away.map(({ name }) => name);
    return { part, tone: "attention", reason: "workers-away", names, there: there.length };
  }
  const places = sum(able.map(({ parallel }) => parallel));
  return {
    part,
    tone: "well",
    reason: "work",
    there: there.length,
    running: sum(there.map((each) => each.running)),
    places,
  };
}

function storeLine(sources: HealthSources): HealthLine {
  const part = "store";
  const { checks, summary } = sources;
  const told = checkOf(sources, "store");
  if (told !== null) return { part, tone: "trouble", reason: "check", message: told };
  if (checks === undefined || !summary) return { part, tone: "unknown", reason: "loading" };
  const { bytes, budget } = summary.store;
  const reason = bytes >= budget * FULL_SHARE ? "budget-full" : "stored";
  return { part, tone: "well", reason, images: summary.images.stored, bytes, budget };
}

const sum = (values: readonly number[]) => values.reduce((all, each) => all + each, 0);
