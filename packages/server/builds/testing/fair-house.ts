import { queueName } from "../queue/names.ts";
import { begin, fail } from "../transitions.ts";
import type { Build, BuildAsk } from "../types.ts";
import { askFor, type BuildHouse, somethingNew } from "./build-house.ts";

const QUEUE = queueName({ distribution: "openwrt", target: "ath79/generic", architecture: "x86_64" });

/** Somebody is there who would build everything, and never does. */
export async function pretendWorker({ database }: BuildHouse, targets = ["*"]): Promise<AsyncDisposable> {
  const id = `pretended ${targets}`;
  await database.kysely
    .insertInto("build_worker")
    .values({
      ...{ id, name: id, targets, architecture: "x86_64", parallel: 1, trouble: null },
      ...{ started_at: new Date(), seen_at: new Date(Date.now() + 86_400_000) },
    })
    .execute();
  return {
    [Symbol.asyncDispose]: async () => {
      await database.kysely.deleteFrom("build_worker").where("id", "=", id).execute();
    },
  };
}

export async function askAs({ builds }: Pick<BuildHouse, "builds">, asker: string, ask: Partial<BuildAsk> = {}) {
  return (await builds.ask(askFor(somethingNew(), { asker, ...ask }))).build;
}

/** As a worker would, and with it the build is over. Null: nothing waits. */
export async function beginNext({ database, queue }: BuildHouse): Promise<string | null> {
  const failure = { code: "worker_failed", sentence: "It was only begun.", culprits: [], isPassing: true };
  const now = new Date();
  await queue.ensure(QUEUE);
  return database.kysely.transaction().execute(async (transaction) => {
    const row = await begin({ transaction, queue }, QUEUE, { worker: "somebody", now });
    if (row) await fail({ transaction, queue }, row, failure, { now, ttl: 3_600_000 });
    return row?.id ?? null;
  });
}

/** As they are shown by a server. */
export async function positionsOf({ builds }: Pick<BuildHouse, "builds">, asked: readonly Pick<Build, "id">[]) {
  return Promise.all(asked.map(async ({ id }) => (await builds.byId(id))?.position ?? null));
}
