import { type Kysely, sql } from "kysely";
import type { Database } from "../db/connect.ts";
import type { Gap, Subscription } from "../db/listener.ts";
import type { Tables } from "../db/tables.ts";
import type { BuildRow } from "./records.ts";
import type { BuildState } from "./types.ts";

/** What every process is told, in the order in which it was committed. */
export type Change =
  | {
      kind: "build";
      id: string;
      key: string;
      state: BuildState;
      line: number;
      /** Its place in the line; null while it isn't in it, and hasn't been. */
      place: number | null;
      /** On whose account it is in line, or in whose list it waits. */
      client: string;
      /** Somebody has begun with it before: it goes in front of the line when it waits again. */
      hasBegun: boolean;
      /** It waits, and nobody is there who would begin with it. */
      isUnserved: boolean;
    }
  | { kind: "alias"; dialect: string; hash: string }
  /** There are so many lines by now. */
  | { kind: "log"; id: string; lines: number }
  | { kind: "workers" };

const CHANNEL = "pawl_builds";

/** What has to be known of a build to tell others of it. */
export const TOLD = ["id", "key", "state", "line", "place", "client", "attempt", "unserved_since"] as const;

export function changeOf(row: Pick<BuildRow, (typeof TOLD)[number]>): Change {
  const { id, key, state, line, place, client, attempt, unserved_since } = row;
  const isUnserved = state === "queued" && unserved_since !== null;
  return { kind: "build", id, key, state, line, place, client, hasBegun: attempt > 0, isUnserved };
}

/** Tells it when, and only if, the transaction is committed. */
export async function announce(transaction: Kysely<Tables>, ...changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return;
  const payloads = changes.map((change) => JSON.stringify(change));
  await sql`select pg_notify(${CHANNEL}, payload) from unnest(${payloads}::text[]) as payload`.execute(transaction);
}

/** Hears of every change; after the connection was lost, of that: then anything may have changed. */
export function hearChanges(
  database: Pick<Database, "listen">,
  onChange: (change: Change) => void,
  gap: Gap,
): Promise<Subscription> {
  return database.listen(CHANNEL, (payload) => onChange(heard(payload)), gap);
}

/** Only servers say something there; one that is still of an older version knows no places and no clients. */
function heard(payload: string): Change {
  const change = JSON.parse(payload) as Change;
  return change.kind === "build" ? { ...change, place: change.place ?? null, client: change.client ?? "" } : change;
}
