import { setTimeout as sleep } from "node:timers/promises";
import type { Kysely, Transaction } from "kysely";
import { isCollision } from "./trouble.ts";

/** How often it is done in all, and the longest pause before the second time, in milliseconds; before the third twice that. */
const TRIES = 3;
const PAUSE = 50;

/**
 * A transaction that is done again when others were in its way, and PostgreSQL has ended it for that: two who take the same rows in different
 * orders can't both have them. Nothing of it was done then; whatever `work` changes besides has to bear being done again.
 * @throws what `work` throws; after the last try what PostgreSQL said, worded: others may ask again later
 */
export async function withRetriedTransaction<Tables, Result>(
  kysely: Kysely<Tables>,
  work: (transaction: Transaction<Tables>) => Promise<Result>,
): Promise<Result> {
  for (let tries = 1; ; tries++) {
    try {
      return await kysely.transaction().execute(work);
    } catch (error) {
      if (tries >= TRIES || !isCollision(error)) throw error;
      await sleep(PAUSE * tries * Math.random());
    }
  }
}
