import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { Logger } from "pino";
import type { Tokens } from "../auth/types.ts";
import type { NewBuildsLimit } from "../builds/new-builds-limit.ts";
import type { Builds } from "../builds/types.ts";
import type { Catalog } from "../catalog/types.ts";
import type { Images } from "../compat/asu-v0/images.ts";
import type { PackageLists } from "../compat/asu-v0/package-lists.ts";
import type { RequestNames } from "../compat/asu-v0/request-names.ts";
import type { ServerConfig } from "../config/schema.ts";
import type { Collector } from "../gc/collector.ts";
import type { Operator } from "../operator/types.ts";
import type { Stats } from "../stats/types.ts";
import type { Store } from "../storage/types.ts";
import type { UpgradeAnswer, UpgradeFacts, UpgradeQuestion } from "../upgrades/types.ts";
import type { RepresentationCache } from "./representation.ts";

/**
 * What the routes of every feature and of both dialects are made of; `compose.ts` makes it. A dialect is a function
 * `asuV1Routes(parts): ServerApp`, mounted at `/`: it names whole paths, words its own errors in `onError`, and neither
 * sets CORS headers nor a request id: `http/listen.ts` adds those to every answer. It uses no middleware on `*`, since a
 * request with a single handler is answered without a chain of promises.
 */
export interface ServerParts {
  config: ServerConfig;
  log: Logger;
  clock: () => Date;
  catalog: Catalog;
  upgrades: UpgradeChecks;
  builds: Builds;
  newBuilds: NewBuildsLimit;
  store: Store;
  operator: Operator;
  collector: Pick<Collector, "collect" | "last">;
  stats: Stats;
  tokens: Tokens;
  /** What `/api/v1/packages_hash/<hash>` of the first generation looks up. */
  packageLists: PackageLists;
  /** What the first generation calls requests and images. */
  requestNames: RequestNames;
  images: Images;
  representations: RepresentationCache;
  version: string;
  /** What is looked at before requests should come in, besides the catalog. */
  health: readonly HealthCheck[];
  /** Aborts when the server ends: for work that goes on after its answer. */
  signal: AbortSignal;
  /** Aborts as soon as the server is told to stop: for answers that wouldn't end by themselves. */
  stopping: AbortSignal;
}

/** What routes want of the upgrades feature. */
export interface UpgradeChecks {
  /** @throws unknown_distribution, unknown_version, unknown_package, not_loaded */
  check(question: UpgradeQuestion, signal?: AbortSignal): Promise<UpgradeAnswer>;
  /** The lists of package changes of a distribution. @throws unknown_distribution */
  facts(distribution: string): UpgradeFacts;
}

export interface HealthCheck {
  /** `database` */
  name: string;
  /** False: it is told, and requests may come in all the same. */
  isNeeded: boolean;
  /** Null when all is well, else what is wrong, in a sentence. */
  check(signal: AbortSignal): Promise<string | null>;
}

/** What `http/listen.ts` knows of a request before any route does. */
export interface ServerBindings extends HttpBindings {
  /** As in the answer's `X-Request-Id` and in the log. */
  requestId: string;
  /** Where it came from, behind proxies that are trusted; `local` for a unix socket. */
  address: string;
}

export interface ServerEnv {
  Bindings: ServerBindings;
}

export type ServerApp = Hono<ServerEnv>;
export type ServerContext = Context<ServerEnv>;
