import { type Kysely, sql } from "kysely";
import { QUEUE_SCHEMA } from "../../builds/queue/schema.ts";

/**
 * pg-boss's own tables, in a schema of their own. Here they are made under our lock, with everything else; what a later
 * pg-boss changes in them it changes when it starts, under its lock.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  const { getConstructionPlans } = await import("pg-boss");
  const plan = /^\s*BEGIN;(.*)COMMIT;\s*$/s.exec(getConstructionPlans(QUEUE_SCHEMA))?.[1];
  if (plan === undefined) throw new Error("pg-boss makes its tables in another way than is known here");
  // We are in a transaction.
  await sql.raw(plan).execute(db);
}
