import { CompiledQuery, type Kysely } from "kysely";
import type { Db } from "pg-boss";
import type { Database } from "../../db/connect.ts";
import type { Tables } from "../../db/tables.ts";

/** What pg-boss says to the database goes over our connections; what it hears over the one that we listen with. */
export function bossDatabase(database: Database, onJob: (queue: string) => void): Db {
  return {
    // Without values there may be several statements in one text, which only pg itself takes.
    executeSql: (text, values) => database.pool.query(text, values),
    async listen(channel, onNotification, onReconnect) {
      const heard = (queue: string) => {
        onNotification(queue);
        onJob(queue);
      };
      const subscription = await database.listen(channel, heard, onReconnect);
      return { close: async () => subscription[Symbol.asyncDispose]() };
    },
  };
}

/** For what has to be in our transaction. */
export function inTransaction(transaction: Kysely<Tables>): Db {
  return {
    async executeSql(text, values = []) {
      const { rows } = await transaction.executeQuery(CompiledQuery.raw(text, values));
      return { rows };
    },
  };
}
