import { sql } from "kysely";
import type { BuildRecipe } from "../builders/types.ts";
import { ServerError } from "../error.ts";
import { announce } from "./changes.ts";
import { lockBuild } from "./dropping.ts";
import { type BuildRecord, type BuildRow, toRecord } from "./records.ts";
import { changeOf, enqueue, type Transition } from "./transitions.ts";

export interface Retry {
  id: string;
  /** As it would be if it were asked for now: what the operator has put right since then counts. */
  recipe: BuildRecipe;
  catalogDigest: string;
}

/**
 * Has a build that failed tried again at once, as the same build: who has its id, or waits for it, hears of it. So has one that waits for its next try.
 * It goes in front of the line, as everything does that had begun before, and isn't counted in it, so that nobody's position rises. What waits or
 * runs anyway stays as it is. In one transaction; the queue has to be there.
 * @throws ServerError not_found, unprocessable
 */
export async function retryBuild(transition: Transition, { id, recipe, catalogDigest }: Retry): Promise<BuildRecord> {
  const { transaction } = transition;
  const row = await lockBuild(transition, id);
  if (row.state === "running" || (row.state === "queued" && row.not_before === null)) return toRecord(row);
  if (row.state !== "queued") await refuseOthers(transition, row);
  if (row.job !== null) await transition.queue.drop(transaction, row.queue, row.job);
  const job = await enqueue(transition, { ...row, recipe });
  const queued = await transaction
    .updateTable("build")
    .set({
      state: "queued",
      job,
      recipe: JSON.stringify(recipe),
      catalog_digest: catalogDigest,
      step: null,
      steps: null,
      waits_for: null,
      not_before: null,
      unserved_since: null,
      // One that was given up before anybody had begun with it goes in front like the others.
      attempt: sql<number>`greatest(attempt, 1)`,
      tries: 0,
      losses: 0,
      started_at: null,
      finished_at: null,
      expires_at: null,
      failure: null,
    })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await announce(transaction, changeOf(queued));
  return toRecord(queued);
}

/** Only a failure can be tried again, and only the newest: of a request there is one build at a time. */
async function refuseOthers({ transaction }: Transition, { id, key, line, state }: BuildRow): Promise<void> {
  if (state === "done") throw refusal(id, "It is done. Drop it, and the next who asks has it built anew.");
  if (state === "withdrawn")
    throw refusal(id, "It was dropped, or nobody wants it any more. Ask for it, and it is built.");
  const newer = await transaction
    .selectFrom("build")
    .select("id")
    .where("key", "=", key)
    .where("line", ">", line)
    .where("state", "<>", "withdrawn")
    .orderBy("line", "desc")
    .executeTakeFirst();
  if (newer) throw refusal(id, `The same was asked for again since then: see build ${newer.id}.`);
}

function refusal(id: string, sentence: string): ServerError {
  return new ServerError("unprocessable", sentence, { fields: { build: id } });
}
