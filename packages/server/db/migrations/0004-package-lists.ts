import { type Kysely, sql } from "kysely";

/** What the first generation's `/api/v1/packages_hash/<hash>` looks up. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table asu_v0_package_list (
      hash text primary key,
      names text[] not null,
      asked_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index asu_v0_package_list_asked_at on asu_v0_package_list (asked_at)`.execute(db);
}
