import { type Kysely, sql } from "kysely";

/** What tables of builds show, and are sorted and searched by: the device, how long it took, and when each step began. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table build add column profile text not null default '', add column steps json`.execute(db);
  // As text: a first-boot script may have characters that PostgreSQL finds in no JSON it is to read.
  await sql`update build set profile = coalesce(substring(inputs::text from '"profile":"([^"]*)"'), '')`.execute(db);
  await sql`create index build_of_profile on build (profile, line) where is_listed`.execute(db);
  await sql`
    create index build_took on build (((extract(epoch from finished_at - started_at) * 1000)::bigint), line)
    where is_listed and started_at is not null and finished_at is not null`.execute(db);
}
