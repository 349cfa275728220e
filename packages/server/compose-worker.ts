import { join } from "node:path";
import { createBuilders } from "./builders/index.ts";
import { openTrees } from "./builders/openwrt-imagebuilder/trees/index.ts";
import { BuildQueue } from "./builds/queue/queue.ts";
import type { DistributionFacts } from "./catalog/facts.ts";
import { loadDeclared } from "./config/declared.ts";
import type { ServerConfig } from "./config/schema.ts";
import { DatabaseClock } from "./db/clock.ts";
import { type Database, openDatabase } from "./db/connect.ts";
import { addressChange, runningAddress } from "./db/embedded/running.ts";
import { requireSchema } from "./db/require-schema.ts";
import { ServerError } from "./error.ts";
import type { Logger } from "./log/log.ts";
import { DatabaseStats } from "./stats/database-stats.ts";
import type { Stats } from "./stats/types.ts";
import { openStore } from "./storage/index.ts";
import type { Store } from "./storage/types.ts";
import { requireCommonStore } from "./worker/common-store.ts";
import { Lifeline } from "./worker/lifeline.ts";
import { ProxyThread } from "./worker/proxy/index.ts";
import { openSandboxes } from "./worker/sandbox/index.ts";
import type { Sandboxes } from "./worker/sandbox/types.ts";
import { startWorker, type Worker } from "./worker/worker.ts";

export interface WorkerParts {
  config: ServerConfig;
  database: Database;
  distributions: readonly DistributionFacts[];
  store: Store;
  queue: BuildQueue;
  stats: Pick<Stats, "count" | "buildFailed">;
  /** Of this machine. */
  clock: () => Date;
  /** Everybody's. */
  databaseClock: () => Date;
  log: Logger;
  /** Ends the start; once it has started, no build is begun after it. */
  signal: AbortSignal;
  /** Aborts when everything ends, after a worker has had its time: what runs is given back at once. */
  ended: AbortSignal;
}

/** What builds, on this machine. `taken` ends it, and what it builds. */
export async function composeWorker(parts: WorkerParts, taken: AsyncDisposableStack): Promise<Worker> {
  const lifeline = taken.use(new Lifeline(parts.log.child({ part: "worker" })));
  return startOn(parts, { sandboxes: await sandboxesOf(parts, lifeline), lifeline }, taken);
}

/** A worker as a process of its own. */
export interface WorkerComposition extends AsyncDisposable {
  worker: Worker;
  /** Rejects when it can't go on, which nothing but a start anew helps; else it never settles. */
  broken: Promise<never>;
}

export interface WorkerProcessOptions {
  log: Logger;
  /** Ends the start; then, that builds are begun. What runs ends with the disposal, within the grace. */
  signal: AbortSignal;
  /** What runs is given back at once. */
  atOnce?: AbortSignal;
  clock?: () => Date;
  /** How long a database or its tables that aren't there yet are waited for, in milliseconds. Default: a minute, and ten. */
  patience?: { database: number; schema: number };
}

/**
 * A worker by itself, beside a server or on a machine of its own: it has builds made, and neither answers nor reads a catalog. It waits for a
 * server that is being started, and refuses to start where nothing would come of its builds.
 * @throws ServerError config_invalid, database_failed, database_unavailable, store_failed, builds_unavailable
 */
export async function composeWorkerProcess(
  config: ServerConfig,
  { log, signal, atOnce, clock = () => new Date(), patience }: WorkerProcessOptions,
): Promise<WorkerComposition> {
  await using taken = new AsyncDisposableStack();
  const { distributions } = await loadDeclared(config);
  const part = log.child({ part: "database" });
  const { url, connections } = config.database;
  const address = url ?? (await runningAddress(config.state_dir, { patience: patience?.database, log: part, signal }));
  const database = taken.use(
    await openDatabase({
      url: address,
      connections: Math.min(connections, config.worker.parallel + OWN_CONNECTIONS),
      applicationName: "pawl worker",
      patience: patience?.database ?? DATABASE_PATIENCE,
      log: part,
      signal,
    }),
  );
  await requireSchema(database, { patience: patience?.schema, log: part, signal });
  const databaseClock = taken.use(await DatabaseClock.start(database, { log: part }));
  const store = await openStore(config, { log: log.child({ part: "store" }), signal });
  await requireCommonStore(database.kysely, store, log, signal);
  const queue = taken.use(new BuildQueue({ database, log: log.child({ part: "queue" }) }));
  const stats = taken.use(
    new DatabaseStats({ database: database.kysely, clock: databaseClock.now, log: log.child({ part: "stats" }) }),
  );
  const end = new AbortController();
  taken.defer(() => end.abort());
  const parts: WorkerParts = {
    ...{ config, database, distributions, store, queue, stats, clock, log, signal },
    databaseClock: databaseClock.now,
    ended: atOnce ? AbortSignal.any([atOnce, end.signal]) : end.signal,
  };
  const lifeline = taken.use(new Lifeline(log.child({ part: "worker" })));
  const sandboxes = await sandboxesOf(parts, lifeline);
  // Whoever runs a worker by itself sees at once that it is of no use; a server has more to do than to build.
  if (sandboxes.trouble !== null) throw new ServerError("builds_unavailable", sandboxes.trouble);
  const worker = await startOn(parts, { sandboxes, lifeline }, taken);
  const kept = taken.move();
  const broken =
    url === null ? movedDatabase(config.state_dir, address, end.signal) : new Promise<never>(() => undefined);
  return { worker, broken, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** @throws ServerError when the embedded database is elsewhere by now */
async function movedDatabase(stateDir: string, url: string, signal: AbortSignal): Promise<never> {
  await addressChange(stateDir, url, signal).catch(() => new Promise<never>(() => undefined));
  throw new ServerError(
    "database_unavailable",
    `The database in ${stateDir} has another address now: start the worker again.`,
  );
}

/** Besides one for each build: for heartbeats, for its presence, for the queue, and to look for what waits. */
const OWN_CONNECTIONS = 4;
/** In milliseconds: a service manager starts everything at once, and a database that was killed reads its log first. */
const DATABASE_PATIENCE = 60_000;

function sandboxesOf({ config, log, signal }: WorkerParts, lifeline: Lifeline): Promise<Sandboxes> {
  const { sandbox: mode, user } = config.worker;
  const folder = join(config.state_dir, "sandboxes");
  const watch = (pid: number) => lifeline.watch(pid);
  return openSandboxes({ mode, user, folder, watch, log: log.child({ part: "worker" }), signal });
}

async function startOn(
  parts: WorkerParts,
  { sandboxes, lifeline }: { sandboxes: Sandboxes; lifeline: Lifeline },
  taken: AsyncDisposableStack,
): Promise<Worker> {
  const { config, database, distributions, store, queue, stats, clock, databaseClock, signal, ended } = parts;
  const { state_dir: stateDir, cache_dir: cacheDir, worker } = config;
  const cache = cacheDir ?? join(stateDir, "cache");
  const log = parts.log.child({ part: "worker" });
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
  const proxies = taken.use(new ProxyThread({ cacheDir: join(cache, "packages"), limits }, log));
  const builders = createBuilders({ trees, openProxy: (options) => proxies.open(options) });
  return taken.use(
    await startWorker({
      config: worker,
      ...(worker.name !== null && { name: worker.name }),
      scratchDir: join(stateDir, "builds"),
      database,
      queue,
      builders,
      store,
      sandboxes,
      stats,
      clock: databaseClock,
      log,
      upstreamUrl: (name) => fetchUrlOf(name, distributions),
      failureTtl: config.builds.failure_ttl,
      extend: (ms) => lifeline.extend(ms),
      stopping: signal,
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
