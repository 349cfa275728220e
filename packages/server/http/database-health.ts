import { sql } from "kysely";
import type { Database } from "../db/connect.ts";
import type { HealthCheck } from "./parts.ts";

/** Whether the database answers. Its own words are for the log, not for whoever probes. */
export function databaseHealth(database: Pick<Database, "kysely" | "isFull">): HealthCheck {
  return {
    name: "database",
    isNeeded: true,
    async check() {
      try {
        await sql`select 1`.execute(database.kysely);
        return database.isFull ? "The database has no room left." : null;
      } catch {
        return "The database does not answer.";
      }
    },
  };
}
