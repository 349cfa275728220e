import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import { type Kysely, sql } from "kysely";
import type { Tables } from "../db/tables.ts";
import { bare } from "./looks.ts";

export interface LastRun {
  /** Since it began, in milliseconds. */
  ago: number;
  hasEnded: boolean;
  trouble: string | null;
}

/** So many times as long as it should be between two runs is too long. */
const LATE = 3;

/** Whether what isn't kept any longer is removed. */
export async function lookAtCollection(kysely: Kysely<Tables>, every: number): Promise<Finding[]> {
  const run = await kysely
    .selectFrom("gc_run")
    .select([sql<number>`extract(epoch from now() - began_at)::float8`.as("seconds"), "ended_at", "trouble"])
    .executeTakeFirst();
  const { rows } = await sql<{ seconds: number | null }>`
    select extract(epoch from now() - min(made_at))::float8 as seconds from migration`.execute(kysely);
  const age = (rows[0]?.seconds ?? 0) * 1_000;
  const last = run ? { ago: run.seconds * 1_000, hasEnded: run.ended_at !== null, trouble: run.trouble } : null;
  return [assessCollection(last, { every, age })];
}

/** Pure. @param age of the database, in milliseconds */
export function assessCollection(last: LastRun | null, { every, age }: { every: number; age: number }): Finding {
  const fix = "pawl gc does it now, and says what is wrong; the server's log has the rest";
  const since = last?.ago ?? age;
  const hours = since < 5_400_000 ? `${Math.round(since / 60_000)} minutes` : `${Math.round(since / 3_600_000)} hours`;
  if (since > LATE * every) {
    const title = last === null ? "Nothing was ever cleaned up" : `Nothing was cleaned up for ${hours}`;
    return trouble(`${title}: the store grows, and what should be gone is kept`, fix);
  }
  if (last === null) return fine("Nothing had to be cleaned up yet");
  if (last.trouble !== null) return warning(`The last clean-up broke off: ${bare(last.trouble)}`, fix);
  return fine(last.hasEnded ? `What isn't kept was cleaned up ${hours} ago` : `Clean-up has begun ${hours} ago`);
}
