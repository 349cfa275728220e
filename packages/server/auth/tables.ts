import type { ColumnType } from "kysely";
import type { Scope } from "./scopes.ts";

/** `db/migrations/0002-access.ts`. */
export interface AccessTables {
  api_token: ApiTokenTable;
}

/** A token's row: enough to recognise it, not enough to use it. */
export interface ApiTokenTable {
  id: string;
  name: string;
  /** Of the token as it is sent. */
  sha256: Buffer;
  scopes: Scope[];
  created_at: Date;
  expires_at: Date | null;
  last_used_at: ColumnType<Date | null, never, Date>;
}
