import { BuildQueue } from "./builds/queue/queue.ts";
import { BuildsService } from "./builds/service.ts";
import type { UpstreamCatalog } from "./catalog/service.ts";
import type { ServerConfig } from "./config/schema.ts";
import type { Database } from "./db/connect.ts";
import type { Logger } from "./log/log.ts";
import type { DatabaseStats } from "./stats/database-stats.ts";
import { openStore } from "./storage/index.ts";
import type { Store } from "./storage/types.ts";
import type { UpgradeFacts } from "./upgrades/types.ts";

export interface BuildParts {
  config: ServerConfig;
  database: Database;
  catalog: UpstreamCatalog;
  upgradeFacts: ReadonlyMap<string, UpgradeFacts>;
  stats: DatabaseStats;
  clock: () => Date;
  log: Logger;
  /** Ends the start. */
  signal: AbortSignal;
}

export interface ComposedBuilds {
  builds: BuildsService;
  store: Store;
  queue: BuildQueue;
}

/** What asks for builds and answers from them. `taken` ends it. */
export async function composeBuilds(parts: BuildParts, taken: AsyncDisposableStack): Promise<ComposedBuilds> {
  const { config, database, catalog, upgradeFacts, stats, clock, log, signal } = parts;
  const store = await openStore(config, { log: log.child({ part: "store" }), signal });
  const queue = taken.use(new BuildQueue({ database, log: log.child({ part: "queue" }) }));
  const builds = taken.use(
    new BuildsService({
      database,
      catalog,
      upgradeFacts,
      queue,
      config,
      stats,
      clock,
      log: log.child({ part: "builds" }),
    }),
  );
  return { builds, store, queue };
}
