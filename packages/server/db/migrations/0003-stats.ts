import { type Kysely, sql } from "kysely";

/** What happened on the server, by hour or day, and why builds failed. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table counter (
      what text not null,
      since timestamptz not null,
      key text not null,
      n bigint not null,
      primary key (what, since, key)
    )`.execute(db);
  await sql`
    create table build_error (
      id bigint generated always as identity primary key,
      at timestamptz not null,
      version text not null,
      target text not null,
      profile text not null,
      message text not null
    )`.execute(db);
}
