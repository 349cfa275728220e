import { type Kysely, sql } from "kysely";

/** Resources read from upstream, and the packages of their indexes. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Documents are json and not jsonb: upstream's own text may hold \u0000, which jsonb refuses, and nobody looks into them here.
  await sql`
    create table resource (
      id int generated always as identity primary key,
      distribution text not null,
      kind text not null,
      path text not null,
      branch text,
      version text,
      validators json,
      digest text,
      size int,
      trust text,
      checked_at timestamptz,
      changed_at timestamptz,
      wanted_at timestamptz not null default now(),
      due_at timestamptz not null default now(),
      tried_at timestamptz,
      attempt int not null default 0,
      leased_until timestamptz,
      failures int not null default 0,
      trouble_code text,
      trouble_sentence text,
      trouble_since timestamptz,
      trouble_status int,
      document json,
      unique (distribution, kind, path)
    )`.execute(db);
  await sql`create index resource_due on resource (distribution, due_at)`.execute(db);
  await sql`
    create table package_release (
      id int generated always as identity primary key,
      digest uuid not null unique,
      name text not null,
      version text not null,
      description text,
      depends text,
      conflicts text,
      provides text,
      abi text
    )`.execute(db);
  // No foreign keys here: checking them costs more than the row, and both sides are written in one transaction each.
  await sql`
    create table package (
      feed_id int not null,
      release_id int not null,
      size int,
      installed_size int,
      primary key (feed_id, release_id)
    )`.execute(db);
}
