import { sql } from "kysely";
import type { Database } from "../db/connect.ts";
import type { HealthCheck } from "./parts.ts";

/** Whether the database answers. Its own words are for the log, not for whoever probes. */
export function databaseHealth({ kysely }: Pick<Database, "kysely">): HealthCheck {
  return {
    name: "database",
    async check() {
      try {
        await sql`select 1`.execute(kysely);
        return null;
      } catch {
        return "The database does not answer.";
      }
    },
  };
}
