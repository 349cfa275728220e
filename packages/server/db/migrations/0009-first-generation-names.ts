import { type Kysely, sql } from "kysely";

/** What the short hashes of the first generation's dialect stand for: requests, and images that were made. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table asu_v0_request (
      hash text primary key,
      identity text not null,
      asked_at timestamptz not null default now()
    )`.execute(db);
  await sql`create index asu_v0_request_asked_at on asu_v0_request (asked_at)`.execute(db);
  // `path` and `hash` are unique for everybody; `identity` says whether it is the same image once more.
  await sql`
    create table asu_v0_image (
      id bigint generated always as identity primary key,
      identity text not null unique,
      hash text not null unique,
      path text not null unique,
      manifest_hash text not null,
      build text not null references build on delete cascade,
      expires_at timestamptz not null,
      facts json not null,
      hits bigint not null default 0
    )`.execute(db);
  await sql`create index asu_v0_image_manifest on asu_v0_image (manifest_hash)`.execute(db);
  await sql`create index asu_v0_image_build on asu_v0_image (build)`.execute(db);
}
