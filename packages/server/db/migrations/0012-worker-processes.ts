import { type Kysely, sql } from "kysely";

/** Which workers are about to end, and which store the servers give images out from. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table build_worker add column draining boolean not null default false`.execute(db);
  await sql`
    create table build_store (
      id text primary key,
      place text not null,
      seen_at timestamptz not null default now()
    )`.execute(db);
}
