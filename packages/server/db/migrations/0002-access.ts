import { type Kysely, sql } from "kysely";

/** Who may change something over the API. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_token (
      id text primary key,
      name text not null unique,
      sha256 bytea not null unique,
      scopes text[] not null,
      created_at timestamptz not null,
      expires_at timestamptz,
      last_used_at timestamptz
    )`.execute(db);
}
