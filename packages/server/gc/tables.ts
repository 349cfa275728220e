import type { ColumnType, JSONColumnType } from "kysely";
import type { GcReport } from "./types.ts";

/** `db/migrations/0010-clean-up.ts`. */
export interface GcTables {
  gc_run: GcRunTable;
}

/** The last collection of all servers; one row. By the database's clock. */
export interface GcRunTable {
  id: ColumnType<number, number | undefined, never>;
  began_at: Date;
  /** Null while it goes on, or when it was cut. */
  ended_at: Date | null;
  report: JSONColumnType<GcReport | null, string | null, string | null>;
  /** Why it broke off, in a sentence. */
  trouble: string | null;
}
