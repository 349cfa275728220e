import { type Kysely, sql } from "kysely";

/** Builds, what dialects call them, who waits for them, what they said, and who makes them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence build_line as bigint`.execute(db);
  // `json` and not `jsonb`: what a profile came with keeps its order, and a script may have any character.
  await sql`
    create table build (
      id text primary key,
      key text not null,
      line bigint not null unique,
      queue text not null,
      job uuid,
      inputs json not null,
      recipe json not null,
      state text not null check (state in ('queued', 'running', 'done', 'failed', 'withdrawn')),
      step text,
      waits_for text,
      not_before timestamptz,
      attempt int not null default 0,
      tries int not null default 0,
      losses int not null default 0,
      worker text,
      enqueued_at timestamptz not null,
      started_at timestamptz,
      finished_at timestamptz,
      expires_at timestamptz,
      catalog_digest text not null,
      command json,
      failure json,
      result json,
      used_at timestamptz
    )`.execute(db);
  // However many ask at once, one is built.
  await sql`create unique index build_live on build (key) where state in ('queued', 'running')`.execute(db);
  await sql`create index build_key on build (key, line)`.execute(db);
  await sql`create index build_waiting on build (queue, line) where state = 'queued'`.execute(db);
  await sql`create index build_unfinished on build (state) where state in ('queued', 'running')`.execute(db);
  await sql`create index build_stored on build (expires_at) where state = 'done'`.execute(db);
  await sql`
    create table build_alias (
      dialect text not null,
      hash text not null,
      key text not null,
      request json not null,
      primary key (hash, dialect)
    )`.execute(db);
  await sql`
    create table build_asker (
      build text not null references build on delete cascade,
      asker text not null,
      secret_hash text not null default '',
      ttl bigint not null,
      asked_at timestamptz not null,
      withdrawn_at timestamptz,
      primary key (build, asker, secret_hash)
    )`.execute(db);
  await sql`
    create table build_log (
      build text not null references build on delete cascade,
      first int not null,
      last int not null,
      attempt int not null,
      lines json not null,
      primary key (build, first)
    )`.execute(db);
  await sql`
    create table build_worker (
      id text primary key,
      name text not null,
      targets text[] not null,
      architecture text not null,
      parallel int not null,
      trouble text,
      started_at timestamptz not null,
      seen_at timestamptz not null default now()
    )`.execute(db);
}
