import type { Kysely } from "kysely";
import type { Logger } from "pino";
import { dropBuild } from "../builds/dropping.ts";
import { retryBuild } from "../builds/retrying.ts";
import type { BuildsService } from "../builds/service.ts";
import type { Build } from "../builds/types.ts";
import type { Tables } from "../db/tables.ts";
import { ServerError } from "../error.ts";
import type { Store } from "../storage/types.ts";
import { countBuilds, listBuilds } from "./build-list.ts";
import { readQueue } from "./queue-state.ts";
import type { Operator } from "./types.ts";
import { listWorkers } from "./worker-list.ts";

export interface OperatorOptions {
  kysely: Kysely<Tables>;
  builds: Pick<BuildsService, "byId" | "alter" | "recipeNow">;
  store: Pick<Store, "remove">;
  clock: () => Date;
  log: Logger;
}

/** Whoever runs this server, over all of its builds and workers, wherever those are. What is changed is in the log, with who did it. */
export function createOperator({ kysely, builds, store, clock, log }: OperatorOptions): Operator {
  async function removeFiles({ id }: Build): Promise<void> {
    try {
      await store.remove(id);
    } catch (cause) {
      log.warn({ err: cause, build: id }, "files of a dropped build are left in the store");
      const sentence = "The build is dropped, but its files could not be removed from the store: drop it once more.";
      throw new ServerError("store_failed", sentence, { cause, fields: { build: id } });
    }
  }

  return {
    builds: (range) => listBuilds(kysely, range),
    countBuilds: (filter) => countBuilds(kysely, filter),

    async drop(id, by) {
      const dropped = await builds.alter(id, (transition) => dropBuild(transition, { id, now: clock() }));
      log.info({ audit: true, by, build: id, ...namesOf(dropped) }, "build dropped");
      await removeFiles(dropped);
      return dropped;
    },

    async retry(id, by) {
      const build = await builds.byId(id);
      if (build === null) throw new ServerError("not_found", "There is no such build, or not any more.");
      // May wait for the mirror: no row is locked meanwhile.
      const now = await builds.recipeNow(build.inputs);
      const retried = await builds.alter(id, (transition) => retryBuild(transition, { id, ...now }));
      log.info({ audit: true, by, build: id, ...namesOf(retried) }, "build retried");
      return retried;
    },

    workers: () => listWorkers(kysely),

    queue: async () => readQueue(kysely, await listWorkers(kysely)),
  };
}

function namesOf({ inputs: { version, target, profile } }: Build) {
  return { version, target, profile };
}
