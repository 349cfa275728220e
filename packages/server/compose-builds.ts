import { join } from "node:path";
import { createBuilders } from "./builders/index.ts";
import { openTrees } from "./builders/openwrt-imagebuilder/trees/index.ts";
import { BuildQueue } from "./builds/queue/queue.ts";
import { BuildsService } from "./builds/service.ts";
import type { DistributionFacts } from "./catalog/facts.ts";
import type { UpstreamCatalog } from "./catalog/service.ts";
import type { ServerConfig } from "./config/schema.ts";
import type { Database } from "./db/connect.ts";
import type { Logger } from "./log/log.ts";
import type { DatabaseStats } from "./stats/database-stats.ts";
import { STORES } from "./storage/index.ts";
import type { Store } from "./storage/types.ts";
import type { UpgradeFacts } from "./upgrades/types.ts";
import { openFetchProxy } from "./worker/proxy/index.ts";
import { openSandboxes } from "./worker/sandbox/index.ts";
import { startWorker, type Worker } from "./worker/worker.ts";

export interface BuildParts {
  config: ServerConfig;
  database: Database;
  catalog: UpstreamCatalog;
  distributions: readonly DistributionFacts[];
  upgradeFacts: ReadonlyMap<string, UpgradeFacts>;
  stats: DatabaseStats;
  clock: () => Date;
  log: Logger;
  /** Ends the start. */
  signal: AbortSignal;
  /** Aborts when everything ends, after a worker has had its time. */
  ended: AbortSignal;
}

export interface ComposedBuilds {
  builds: BuildsService;
  store: Store;
  queue: BuildQueue;
}

/** What asks for builds and answers from them. `taken` ends it. */
export async function composeBuilds(parts: BuildParts, taken: AsyncDisposableStack): Promise<ComposedBuilds> {
  const { config, database, catalog, upgradeFacts, stats, clock, log, signal } = parts;
  const dir = config.store_dir ?? join(config.state_dir, "store");
  const store = await STORES.local({ dir, log: log.child({ part: "store" }), signal });
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

/** What builds, on this machine. `taken` ends it, and what it builds. */
export async function composeWorker(
  parts: BuildParts,
  { store, queue }: Pick<ComposedBuilds, "store" | "queue">,
  taken: AsyncDisposableStack,
): Promise<Worker> {
  const { config, database, distributions, stats, clock, signal, ended } = parts;
  const { state_dir: stateDir, cache_dir: cacheDir, worker } = config;
  const cache = cacheDir ?? join(stateDir, "cache");
  const log = parts.log.child({ part: "worker" });
  const sandboxes = await openSandboxes({
    mode: worker.sandbox,
    user: worker.user,
    folder: join(stateDir, "sandboxes"),
    log,
    signal,
  });
  const trees = taken.use(
    await openTrees({
      dir: join(cache, "imagebuilders"),
      budgetBytes: worker.imagebuilder_cache,
      user: sandboxes.user,
      clock,
      log,
    }),
  );
  const limits = { cacheBytes: worker.package_cache };
  const builders = createBuilders({
    trees,
    openProxy: (options) => openFetchProxy({ ...options, cacheDir: join(cache, "packages"), limits, log }),
  });
  return taken.use(
    await startWorker({
      config: worker,
      scratchDir: join(stateDir, "builds"),
      database,
      queue,
      builders,
      store,
      sandboxes,
      stats,
      clock,
      log,
      upstreamUrl: (name) => fetchUrlOf(name, distributions),
      failureTtl: config.builds.failure_ttl,
      signal: ended,
    }),
  );
}

/** Of whoever has the ImageBuilders: its own, or those of a distribution that it continues in or stands on. */
function fetchUrlOf(name: string, distributions: readonly DistributionFacts[]): string | null {
  const own = distributions.find((distribution) => distribution.name === name);
  const source = own?.continuedBy ?? own?.parent?.distribution;
  const other = distributions.find((distribution) => distribution.name === source);
  return (other ?? own)?.fetchUrl ?? null;
}
