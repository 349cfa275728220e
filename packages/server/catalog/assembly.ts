import type { Logger } from "pino";
import type { ServerConfig } from "../config/schema.ts";
import type { Database } from "../db/connect.ts";
import { ServerError } from "../error.ts";
import { memoryBudget } from "../memory.ts";
import type { DistributionFacts } from "./facts.ts";
import { longestWait } from "./loading/back-off.ts";
import { Demand } from "./loading/demand.ts";
import { Loader } from "./loading/loader.ts";
import { heedNotices } from "./loading/notices.ts";
import { States } from "./loading/states.ts";
import { Updater } from "./loading/updater.ts";
import { Wanted } from "./loading/wanted.ts";
import { FeedPackages } from "./store/feed-packages.ts";
import { ResourceListing } from "./store/resource-listing.ts";
import { ResourceOutcomes } from "./store/resource-outcomes.ts";
import { ResourceStore } from "./store/resource-store.ts";
import { DocumentViews } from "./views/document-views.ts";
import { PackageViews } from "./views/package-views.ts";
import { ReleaseViews } from "./views/release-views.ts";
import { TargetViews } from "./views/target-views.ts";
import { Views } from "./views/views.ts";

export interface CatalogOptions {
  /** Migrated. */
  database: Database;
  /** From `loadDistributions`. */
  distributions: readonly DistributionFacts[];
  settings: ServerConfig["catalog"];
  log: Logger;
  /** Default: the system's. */
  clock?: () => Date;
  /** When it fires, what is being read from upstream has `grace` left; who waits for it then hears that it won't come. */
  signal?: AbortSignal;
  /** Milliseconds. Default 2 s: enough for a mirror that answers, and no wait for one that hangs. */
  grace?: number;
  /** Nobody else has the database open: what is leased in it was leased by processes that were killed. Default false. */
  isAlone?: boolean;
  /** At most one try for a resource in this time, in milliseconds. Default 30 s: contract server.md §1. */
  pause?: number;
}

/** What a catalog is made of. */
export interface CatalogParts {
  distributions: ReadonlyMap<string, DistributionFacts>;
  store: ResourceStore;
  listing: ResourceListing;
  states: States;
  loader: Loader;
  demand: Demand;
  views: Views;
  /** Whole lists of packages, apart from what devices ask for. */
  lists: Views;
  documents: DocumentViews;
  releases: ReleaseViews;
  targets: TargetViews;
  packages: PackageViews;
  feeds: FeedPackages;
  updater: Updater;
  /** How long a read waits for what was never loaded, in milliseconds. */
  loadTimeout: number;
  parallel: number;
  /** Whatever lives as long as the catalog; to be disposed with it. */
  life: AsyncDisposable;
  /** Ends what goes on. */
  ended: AbortController;
}

const PAUSE_MS = 30_000;
const GRACE_MS = 2_000;

/** Nothing is read from upstream any more; what is in memory or in the database is served further. */
export function endReading(ended: AbortController): void {
  ended.abort(new ServerError("not_loaded", "The server is being stopped.", { retryAfter: 5 }));
}

/** Wires a catalog's parts, and begins to hear of changes that other processes make. @throws ServerError `config_invalid` */
export async function assemble(options: CatalogOptions): Promise<CatalogParts> {
  const { database, settings, log, clock, pause = PAUSE_MS } = options;
  const now = clock ? () => clock().getTime() : Date.now;
  const distributions = new Map(options.distributions.map((facts) => [facts.name, facts]));
  const { parallel } = settings;
  const timing = { refresh: settings.refresh, indexRefresh: settings.index_refresh, pause };
  const ended = new AbortController();
  const { signal } = ended;
  const { grace = GRACE_MS } = options;
  options.signal?.addEventListener("abort", () => setTimeout(() => endReading(ended), grace).unref(), { once: true });

  const store = new ResourceStore(database);
  if (options.isAlone) await store.releaseAll();
  const declared = options.distributions.filter(({ versions }) => versions.length > 0).map(({ name }) => name);
  const listing = new ResourceListing(database, declared);
  const outcomes = new ResourceOutcomes(database);
  const states = new States();
  const feeds = new FeedPackages(database);
  const loader = new Loader({
    distributions,
    store,
    outcomes,
    states,
    timing,
    requestTimeout: settings.request_timeout,
    log,
  });
  const demand = new Demand({
    store,
    states,
    loader,
    timing,
    parallel,
    patience: settings.load_timeout,
    signal,
    now,
  });
  const wanted = new Wanted((ids) => store.markWanted(ids), log);
  const memory = memoryBudget(settings.memory);
  const viewsOf = (maxBytes: number) =>
    new Views({
      states,
      maxBytes,
      freshUntil: (parts) => demand.freshUntil(parts),
      want: (ids) => wanted.add(ids),
      now,
    });
  const views = viewsOf(memory.catalog);
  const lists = viewsOf(memory.lists);
  const documents = new DocumentViews({ demand, states, store, views });
  const releases = new ReleaseViews({ demand, documents, views });
  const targets = new TargetViews({ demand, documents });
  const packages = new PackageViews({ demand, feeds, states, views, lists });
  const updater = new Updater({
    distributions: [...distributions.keys()],
    store,
    outcomes,
    loader,
    wantedFor: settings.wanted_for,
    longestWait: longestWait(timing),
    parallel,
    log,
  });

  const life = new AsyncDisposableStack();
  life.use(wanted);
  const onChange = (changed: readonly { kind: string }[]) => {
    // What it announces is due at once.
    if (changed.some(({ kind }) => kind === "versions")) updater.wake();
  };
  const onReturn = () => void loader.giveBackOwed();
  life.use(await heedNotices({ database, store, states, onChange, onReturn, log }));
  return {
    distributions,
    store,
    listing,
    states,
    loader,
    demand,
    views,
    lists,
    documents,
    releases,
    targets,
    packages,
    feeds,
    updater,
    loadTimeout: settings.load_timeout,
    parallel,
    life,
    ended,
  };
}
