import { type Kysely, sql } from "kysely";

/**
 * Of each client a few builds are in line, the others wait in a list of its own: whose a build is, its place in the line, and who waits for it
 * in a list. The indexes are for questions that have to cost the same whether ten builds wait or ten thousand.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table build add column place bigint, add column client text not null default ''`.execute(db);
  await sql`alter table build_asker add column listed bigint`.execute(db);
  await sql`
    update build set client = coalesce(
      (select asker from build_asker where build = build.id order by asked_at limit 1), ''
    ) where state = 'queued'`.execute(db);
  // What waited before there were lists is all in line.
  await sql`update build set place = line where state = 'queued' and job is not null`.execute(db);
  const inLine = sql`where state = 'queued' and attempt = 0 and place is not null`;
  await sql`create index build_in_line on build (place) ${inLine}`.execute(db);
  await sql`create index build_in_line_of on build (client) ${inLine}`.execute(db);
  await sql`create index build_asker_listed on build_asker (asker, listed) where listed is not null`.execute(db);
  await sql`
    create index build_to_begin on build (queue, (coalesce(place, line)))
    where state = 'queued' and job is not null`.execute(db);
  await sql`
    create index build_again on build (not_before)
    where state = 'queued' and attempt > 0 and job is null`.execute(db);
  await sql`drop index build_waiting`.execute(db);
  await sql`create index build_served on build (queue, line) where state = 'queued' and unserved_since is null`.execute(
    db,
  );
  await sql`
    create index build_unserved on build (queue, line)
    where state = 'queued' and unserved_since is not null`.execute(db);
  await sql`
    create index build_unserved_since on build (unserved_since)
    where state = 'queued' and unserved_since is not null`.execute(db);
}
