import { type Kysely, sql } from "kysely";

/** What the garbage collector goes by, what it did last, and how far counts are rolled up. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table build
      add column bytes bigint,
      add column copy text,
      add column evicted_at timestamptz`.execute(db);
  await sql`
    create index build_ended on build (expires_at, id)
    where state in ('done', 'failed', 'withdrawn')`.execute(db);
  // The sum of what is kept is read from the index alone.
  await sql`drop index build_stored`.execute(db);
  await sql`create index build_stored on build (expires_at) include (bytes) where state = 'done'`.execute(db);
  await sql`
    create table gc_run (
      id int primary key default 1 check (id = 1),
      began_at timestamptz not null,
      ended_at timestamptz,
      report json,
      trouble text
    )`.execute(db);
  // What is older has a table of its own: in one with what is counted now, the pages of an index never became empty again.
  await sql`alter table counter set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)`.execute(db);
  await sql`
    create table counter_rolled (
      what text not null,
      since timestamptz not null,
      key text not null,
      n bigint not null,
      primary key (what, since, key)
    ) with (autovacuum_vacuum_scale_factor = 0.05)`.execute(db);
  await sql`
    create view counted as
    select what, since, key, n from counter union all select what, since, key, n from counter_rolled`.execute(db);
  await sql`
    create table counter_rolling (
      what text not null,
      tier text not null,
      until timestamptz not null,
      primary key (what, tier)
    )`.execute(db);
  // Versions are counted by the day for longer than devices are.
  await sql`
    insert into counter (what, since, key, n)
    select 'version', since, split_part(key, ':', 1) || ':' || split_part(key, ':', 2), sum(n)
    from counter where what = 'build' and key <> 'other'
    group by since, split_part(key, ':', 1), split_part(key, ':', 2)`.execute(db);
}
