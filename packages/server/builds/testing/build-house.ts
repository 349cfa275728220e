import { randomBytes } from "node:crypto";
import { TempDir } from "@pawl/testkit";
import pino from "pino";
import { BuildError } from "../../builders/types.ts";
import { ServerConfig } from "../../config/schema.ts";
import type { Database } from "../../db/connect.ts";
import { DatabaseStats } from "../../stats/database-stats.ts";
import { openLocalStore } from "../../storage/local/index.ts";
import type { Store } from "../../storage/types.ts";
import { createTestDatabase } from "../../testing/index.ts";
import { FixtureCatalog } from "../../upgrades/catalog-fixture.ts";
import type { Sandboxes } from "../../worker/sandbox/types.ts";
import { startWorker, type Worker, type WorkerOptions } from "../../worker/worker.ts";
import { announce } from "../changes.ts";
import { BUILDER_ARCHITECTURE } from "../queue/names.ts";
import { BuildQueue } from "../queue/queue.ts";
import { BuildsService } from "../service.ts";
import { changeOf } from "../transitions.ts";
import type { BuildAsk, BuildInputs } from "../types.ts";
import { WaitingBuilder } from "./waiting-builder.ts";

export interface HouseOptions {
  /** As in `builds:` of pawl-server.yaml. */
  config?: Readonly<Record<string, unknown>>;
  builder?: WaitingBuilder;
  /** How often builds and jobs are compared, in milliseconds. Default 100. */
  reconcileEvery?: number;
}

/** Everything about builds, wired as a server does it, but for the catalog, which is a fixture. No worker has started. */
export interface BuildHouse extends AsyncDisposable {
  builds: BuildsService;
  queue: BuildQueue;
  database: Database;
  /** The database's, for another process. */
  url: string;
  store: Store;
  stats: DatabaseStats;
  catalog: HouseCatalog;
  builder: WaitingBuilder;
  /** Times of its own: they begin with the machine's, and go on when they are told to. */
  clock: HouseClock;
  scratchDir: string;
  /** May be changed. */
  config: ServerConfig;
  /** What waits and runs is withdrawn, whoever wants it. */
  clear(): Promise<void>;
  /** Another process's, over the same database. */
  openBuilds(): Promise<{ builds: BuildsService; queue: BuildQueue } & AsyncDisposable>;
  startWorker(options?: Partial<WorkerOptions> & { parallel?: number; targets?: string[] }): Promise<Worker>;
}

export class HouseClock {
  #ahead = 0;
  readonly now = () => new Date(Date.now() + this.#ahead);
  forward(ms: number): void {
    this.#ahead += ms;
  }
}

/** A catalog whose targets change when they are told to. */
export class HouseCatalog extends FixtureCatalog {
  digest = "1";

  override async target(...args: Parameters<FixtureCatalog["target"]>) {
    return { ...(await super.target(...args)), digest: this.digest };
  }
}

export const NO_SANDBOXES: Sandboxes = {
  description: "none",
  trouble: null,
  user: null,
  clear: async () => undefined,
  open: () => Promise.reject(new BuildError("worker_failed", "There are no sandboxes here.")),
};

const TARGETS = ["ath79/generic", "x86/64"];

export async function openBuildHouse(options: HouseOptions = {}): Promise<BuildHouse> {
  await using taken = new AsyncDisposableStack();
  const log = pino({ level: process.env.PAWL_TEST_LOG ?? "silent" }, pino.destination({ dest: 2, sync: true }));
  const folder = taken.use(await TempDir.create());
  const { database, url } = taken.use(await createTestDatabase({ connections: 8 }));
  const clock = new HouseClock();
  const stats = taken.use(new DatabaseStats({ database: database.kysely, clock: clock.now, log }));
  const store = await openLocalStore({ dir: folder.join("store"), log });
  const config = ServerConfig.parse({ builds: options.config ?? {} });
  const builder = options.builder ?? new WaitingBuilder();
  const targets = Object.fromEntries(TARGETS.map((name) => [name, { profiles: { tplink_archer: [], generic: [] } }]));
  const catalog = new HouseCatalog({ "24.10.5": { revision: "r1-abc", packages: [], targets } }, { stable: "24.10.5" });
  const end = new AbortController();
  taken.defer(() => end.abort());
  const shared = { database, stats, clock: clock.now, log };
  const open = async () => {
    await using parts = new AsyncDisposableStack();
    const queue = parts.use(new BuildQueue({ database, log, superviseEvery: 1 }));
    const builds = parts.use(
      new BuildsService({
        ...shared,
        queue,
        catalog,
        upgradeFacts: new Map(),
        config,
        reconcileEvery: options.reconcileEvery ?? 100,
      }),
    );
    builds.start();
    const kept = parts.move();
    return { builds, queue, [Symbol.asyncDispose]: () => kept.disposeAsync() };
  };
  const first = taken.use(await open());
  const scratchDir = folder.join("scratch");
  const kept = taken.move();
  return {
    ...shared,
    ...first,
    url,
    store,
    catalog,
    builder,
    clock,
    scratchDir,
    config,
    clear: () => clear(database, first.queue),
    openBuilds: open,
    startWorker: ({ parallel = 1, targets = ["*"], ...over } = {}) =>
      startWorker({
        ...shared,
        queue: first.queue,
        builders: [builder],
        store,
        sandboxes: NO_SANDBOXES,
        upstreamUrl: () => null,
        failureTtl: config.builds.failure_ttl,
        config: { parallel, targets, limits: {}, grace: 0 },
        scratchDir,
        architecture: BUILDER_ARCHITECTURE,
        signal: end.signal,
        ...over,
      }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function clear(database: Database, queue: BuildQueue): Promise<void> {
  await database.kysely.transaction().execute(async (transaction) => {
    const rows = await transaction
      .updateTable("build")
      .set({ state: "withdrawn", finished_at: new Date(), expires_at: new Date() })
      .where("state", "in", ["queued", "running"])
      .returningAll()
      .execute();
    for (const row of rows) if (row.job !== null) await queue.drop(transaction, row.queue, row.job);
    await transaction.updateTable("build_asker").set({ listed: null }).where("listed", "is not", null).execute();
    await announce(transaction, ...rows.map(changeOf));
  });
}

/** Something to ask for: each time the same, but for what is said otherwise. */
export function askFor(inputs: Partial<BuildInputs> = {}, ask: Partial<BuildAsk> = {}): BuildAsk {
  return {
    inputs: {
      distribution: "openwrt",
      version: "24.10.5",
      versionCode: "r1-abc",
      isVersionCodeAsked: false,
      target: "ath79/generic",
      profile: "tplink_archer",
      packages: ["luci"],
      packagesVersions: {},
      diffPackages: false,
      filesystem: null,
      defaults: null,
      rootfsSizeMb: null,
      repositories: {},
      repositoriesMode: "append",
      repositoryKeys: [],
      ...inputs,
    },
    asker: "192.0.2.1",
    ttl: 86_400_000,
    ...ask,
  };
}

/** Different for each request. */
export function somethingNew(inputs: Partial<BuildInputs> = {}): Partial<BuildInputs> {
  return { packages: [`package-${randomBytes(4).toString("hex")}`], ...inputs };
}
