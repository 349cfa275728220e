import { type Kysely, sql } from "kysely";

/** What lists of builds go by: what they are of, newest first, and whether they are in any list at all. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table build
      add column version text not null default '',
      add column target text not null default '',
      add column is_listed boolean not null default false`.execute(db);
  // As text: a first-boot script may have characters that PostgreSQL finds in no JSON it is to read.
  await sql`
    update build set
      version = coalesce(substring(inputs::text from '"version":"([^"]*)"'), ''),
      target = coalesce(substring(inputs::text from '"target":"([^"]*)"'), ''),
      is_listed = inputs::text like '%"defaults":null%'`.execute(db);
  await sql`create index build_listed on build (line) where is_listed`.execute(db);
  await sql`create index build_of_target on build (target, line) where is_listed`.execute(db);
  await sql`create index build_of_version on build (version, line) where is_listed`.execute(db);
  // Most builds are done: those are found by going back from the newest.
  await sql`
    create index build_ended_badly on build (state, line)
    where is_listed and state in ('failed', 'withdrawn')`.execute(db);
}
