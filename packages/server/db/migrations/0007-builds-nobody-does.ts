import { type Kysely, sql } from "kysely";

/** Since when nobody has been there who would begin with a build: it is in nobody's way, and isn't kept for ever. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table build add column unserved_since timestamptz`.execute(db);
}
