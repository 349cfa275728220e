import { DatabaseTokens } from "./auth/database-tokens.ts";
import type { Tokens } from "./auth/types.ts";
import { NewBuildsLimit } from "./builds/new-builds-limit.ts";
import type { BuildsService } from "./builds/service.ts";
import { UpstreamCatalog } from "./catalog/service.ts";
import { StoredImages } from "./compat/asu-v0/images.ts";
import { StoredPackageLists } from "./compat/asu-v0/package-lists.ts";
import { StoredRequestNames } from "./compat/asu-v0/request-names.ts";
import { composeBuilds } from "./compose-builds.ts";
import { composeWorker } from "./compose-worker.ts";
import { loadDeclared } from "./config/declared.ts";
import type { ServerConfig } from "./config/schema.ts";
import { DatabaseClock } from "./db/clock.ts";
import { type Database, type DatabaseOptions, openDatabase } from "./db/connect.ts";
import { type EmbeddedOptions, startEmbedded } from "./db/embedded.ts";
import { migrate } from "./db/migrate.ts";
import { Collector } from "./gc/index.ts";
import { keptBytes } from "./gc/reading.ts";
import { createApp } from "./http/app.ts";
import { databaseHealth } from "./http/database-health.ts";
import type { ServerApp } from "./http/parts.ts";
import { RepresentationCache } from "./http/representation.ts";
import { storeHealth } from "./http/store-health.ts";
import type { Logger } from "./log/log.ts";
import { memoryBudget } from "./memory.ts";
import { createOperator } from "./operator/service.ts";
import type { Operator } from "./operator/types.ts";
import { DatabaseStats } from "./stats/database-stats.ts";
import { Upgrades } from "./upgrades/service.ts";
import { VERSION } from "./version.ts";
import { declareStore, ownsStore } from "./worker/common-store.ts";

/** For which the start waits for the store to say which it is, in milliseconds. */
const DECLARE_MS = 5_000;

export interface ComposeOptions {
  log: Logger;
  /** Ends the start, and waiting for upstream; what has started ends with its disposal. */
  signal: AbortSignal;
  /** Default: the database's, which all servers and workers have in common. */
  clock?: () => Date;
  /** What to do when another process has started the embedded database: commands share it, a second server doesn't. */
  whenRunning?: "connect" | "refuse";
  /** Told when the database has kept the start waiting for a while; it is in the log besides. */
  onWait?: (sentence: string) => void;
}

/** The parts of a server, wired. Nothing listens yet, and nothing is done by itself until it is started. */
export interface Composition extends AsyncDisposable {
  app: ServerApp;
  catalog: UpstreamCatalog;
  tokens: Tokens;
  stats: DatabaseStats;
  database: Database;
  builds: BuildsService;
  operator: Operator;
  collector: Collector;
  /** Looks after builds from now on, and makes them where that is this process's work. Once. */
  startBuilding(): Promise<void>;
}

/**
 * Brings up the database, brings it to what this program knows, and wires every part. The only place that does.
 * @throws ServerError config_invalid, database_failed, database_unavailable
 */
export async function composeServer(
  config: ServerConfig,
  { log, signal, clock: given, whenRunning = "connect", onWait }: ComposeOptions,
): Promise<Composition> {
  await using taken = new AsyncDisposableStack();
  const { distributions, upgradeFacts } = await loadDeclared(config);
  const { database, isAlone } = await openOwnDatabase(config, taken, {
    log: log.child({ part: "database" }),
    signal,
    whenRunning,
    ...(onWait && { onWait }),
  });
  await migrate(database, { log: log.child({ part: "database" }), signal });
  const databaseClock = taken.use(await DatabaseClock.start(database, { log: log.child({ part: "database" }) }));
  const clock = given ?? databaseClock.now;

  const end = new AbortController();
  const catalog = taken.use(
    await UpstreamCatalog.open({
      database,
      isAlone,
      distributions,
      settings: config.catalog,
      log: log.child({ part: "catalog" }),
      clock,
      signal,
    }),
  );
  const tokens = taken.use(new DatabaseTokens({ database: database.kysely, clock, log: log.child({ part: "auth" }) }));
  const figures = {
    queueLength: () => builds.queueLength(),
    stored: () => builds.stored(),
    building: () => builds.building(),
    keptBytes: () => keptBytes(database.kysely, clock()),
  };
  const stats = taken.use(
    new DatabaseStats({ database: database.kysely, clock, log: log.child({ part: "stats" }), builds: figures }),
  );
  const shared = { config, database, stats, clock, log, signal };
  const { builds, store, queue } = await composeBuilds({ ...shared, catalog, upgradeFacts }, taken);
  const operator = createOperator({
    kysely: database.kysely,
    builds,
    store,
    clock,
    log: log.child({ part: "operator" }),
  });
  const collector = taken.use(
    new Collector({
      database,
      store,
      ownsStore: ({ dryRun }, signal) =>
        dryRun ? ownsStore(database.kysely, store, signal) : declareStore(database.kysely, store, log, signal),
      upkeep: (signal) => stats.rollUp(signal),
      budget: config.store.budget,
      every: config.gc.every,
      clock,
      log: log.child({ part: "gc" }),
    }),
  );
  const upgrades = new Upgrades({ catalog, facts: upgradeFacts });
  const app = createApp({
    config,
    log: log.child({ part: "http" }),
    clock,
    catalog,
    upgrades,
    builds,
    store,
    operator,
    collector,
    newBuilds: new NewBuildsLimit(config.limits.new_builds_per_hour),
    stats,
    tokens,
    packageLists: new StoredPackageLists(database.kysely),
    requestNames: new StoredRequestNames(database.kysely),
    images: taken.use(new StoredImages({ database: database.kysely, log: log.child({ part: "asu-v0" }) })),
    representations: new RepresentationCache(memoryBudget(config.catalog.memory).answers),
    version: VERSION,
    health: [databaseHealth(database), storeHealth(store)],
    signal: end.signal,
    stopping: AbortSignal.any([signal, end.signal]),
  });
  // What goes on after its answer ends before what it uses.
  taken.defer(() => end.abort());
  const kept = taken.move();
  return {
    app,
    catalog,
    tokens,
    stats,
    database,
    builds,
    operator,
    collector,
    async startBuilding() {
      builds.start();
      collector.start();
      // While the store is away it can't be; then it is when it is next cleaned up.
      const declaring = AbortSignal.any([end.signal, AbortSignal.timeout(DECLARE_MS)]);
      await declareStore(database.kysely, store, log, declaring).catch((error: unknown) => {
        log.warn({ err: error }, "which store this server has could not be said");
      });
      if (!config.worker.embedded) return;
      const here = { distributions, store, queue, databaseClock: clock, ended: end.signal };
      await composeWorker({ ...shared, ...here, clock: given ?? (() => new Date()) }, kept);
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The one that the configuration names, else the embedded one: whose first process nobody else was connected to. */
async function openOwnDatabase(
  { database: { url, user, connections }, state_dir }: ServerConfig,
  taken: AsyncDisposableStack,
  { whenRunning, ...shared }: Pick<EmbeddedOptions, "log" | "signal" | "whenRunning"> & Pick<DatabaseOptions, "onWait">,
): Promise<{ database: Database; isAlone: boolean }> {
  const { log, signal } = shared;
  const options = { connections, ...shared };
  if (url !== null) return { database: taken.use(await openDatabase({ ...options, url })), isAlone: false };
  const embedded = taken.use(await startEmbedded({ stateDir: state_dir, user, log, signal, whenRunning }));
  return { database: taken.use(await openDatabase({ ...options, url: embedded.url })), isAlone: embedded.isOwn };
}
