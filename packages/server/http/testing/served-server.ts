import { MirrorServer } from "@pawl/testkit";
import pino from "pino";
import { DatabaseTokens } from "../../auth/database-tokens.ts";
import type { Scope } from "../../auth/scopes.ts";
import { loadDistributions } from "../../catalog/facts.ts";
import { UpstreamCatalog } from "../../catalog/service.ts";
import { StoredPackageLists } from "../../compat/asu-v0/package-lists.ts";
import { ServerConfig } from "../../config/schema.ts";
import { DatabaseStats } from "../../stats/database-stats.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/index.ts";
import { loadAllUpgradeFacts } from "../../upgrades/all-facts.ts";
import { Upgrades } from "../../upgrades/service.ts";
import { createApp } from "../app.ts";
import { databaseHealth } from "../database-health.ts";
import { listen } from "../listen.ts";
import { RepresentationCache } from "../representation.ts";

export interface ServedOptions {
  /** Over the defaults, as in pawl-server.yaml. */
  config?: Record<string, unknown>;
  /** Besides OpenWrt, which is the miniature mirror's. */
  distributions?: Record<string, unknown>;
}

/** The whole of what is served, on a database of its own and over the miniature mirror. */
export interface ServedServer extends AsyncDisposable {
  url: string;
  mirror: MirrorServer;
  database: TestDatabase;
  catalog: UpstreamCatalog;
  stats: DatabaseStats;
  /** A call of our own API; the answer's JSON with its status. */
  call(path: string, init?: CallInit): Promise<Called>;
  tokenFor(...scopes: Scope[]): Promise<string>;
}

export interface CallInit {
  method?: string;
  body?: unknown;
  token?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Called {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is looked at field by field, and against the document as a whole.
  json: any;
}

export async function serveAll({
  config: over = {},
  distributions: more = {},
}: ServedOptions = {}): Promise<ServedServer> {
  await using taken = new AsyncDisposableStack();
  const mirror = taken.use(await MirrorServer.start());
  const database = taken.use(await createTestDatabase());
  const config = ServerConfig.parse({
    listen: "127.0.0.1:0",
    distributions: { openwrt: { upstream_url: mirror.url }, ...more },
    ...over,
  });
  const log = pino({ level: "silent" });
  const clock = () => new Date();
  const distributions = await loadDistributions(config.distributions);
  const { kysely } = database.database;
  const catalog = taken.use(
    await UpstreamCatalog.open({ database: database.database, distributions, settings: config.catalog, log, clock }),
  );
  const stats = taken.use(new DatabaseStats({ database: kysely, clock, log }));
  const tokens = taken.use(new DatabaseTokens({ database: kysely, clock, log }));
  const end = new AbortController();
  taken.defer(() => end.abort());
  const app = createApp({
    config,
    log,
    clock,
    catalog,
    upgrades: new Upgrades({ catalog, facts: await loadAllUpgradeFacts(distributions) }),
    stats,
    tokens,
    packageLists: new StoredPackageLists(kysely),
    representations: new RepresentationCache(),
    version: "0.1.0",
    health: [databaseHealth(database.database)],
    signal: end.signal,
  });
  const listening = taken.use(await listen(app, config, log));
  const url = listening.address;
  const kept = taken.move();
  return {
    url,
    mirror,
    database,
    catalog,
    stats,
    call: (path, init) => call(url + path, init),
    async tokenFor(...scopes) {
      const { token } = await tokens.create({ name: `of ${crypto.randomUUID()}`, scopes, expiresAt: null });
      return token;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

async function call(url: string, { method = "GET", body, token, headers = {} }: CallInit = {}): Promise<Called> {
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: { ...headers, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
    body: body === undefined || typeof body === "string" ? (body as string | undefined) : JSON.stringify(body),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, headers: response.headers, json: isJson && text !== "" ? JSON.parse(text) : text };
}
