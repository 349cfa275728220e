import { AsyncLocalStorage } from "node:async_hooks";
import { CompiledQuery, type Kysely } from "kysely";
import type { Db } from "pg-boss";
import type { Database } from "../../db/connect.ts";
import type { Tables } from "../../db/tables.ts";

/** The transaction in which something is asked of pg-boss. */
const within = new AsyncLocalStorage<Db>();

/** What pg-boss says to the database goes over our connections; what it hears over the one that we listen with. */
export function bossDatabase(database: Database, onJob: (queue: string) => void): Db {
  return {
    executeSql: (text, values) => {
      // It asks for a queue that another process has made: in a transaction there is a connection already, and may be no other.
      const own = within.getStore();
      if (own) return own.executeSql(text, values);
      // Without values there may be several statements in one text, which only pg itself takes.
      return database.pool.query(text, values);
    },
    async listen(channel, onNotification, onReconnect) {
      const heard = (queue: string) => {
        onNotification(queue);
        onJob(queue);
      };
      const subscription = await database.listen(channel, heard, { onReconnect });
      return { close: async () => subscription[Symbol.asyncDispose]() };
    },
  };
}

/** For what has to be in our transaction: all that pg-boss asks the database for meanwhile is. */
export function inTransaction<T>(transaction: Kysely<Tables>, call: (db: Db) => Promise<T>): Promise<T> {
  const db: Db = {
    async executeSql(text, values = []) {
      const { rows } = await transaction.executeQuery(CompiledQuery.raw(text, values));
      return { rows };
    },
  };
  return within.run(db, () => call(db));
}
