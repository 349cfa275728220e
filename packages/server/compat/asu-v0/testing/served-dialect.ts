import { MirrorServer } from "@pawl/testkit";
import { pino } from "pino";
import { DatabaseTokens } from "../../../auth/database-tokens.ts";
import { loadDistributions } from "../../../catalog/facts.ts";
import { UpstreamCatalog } from "../../../catalog/service.ts";
import { ServerConfig } from "../../../config/schema.ts";
import { createApp } from "../../../http/app.ts";
import { listen } from "../../../http/listen.ts";
import { RepresentationCache } from "../../../http/representation.ts";
import { DatabaseStats } from "../../../stats/database-stats.ts";
import { createTestDatabase } from "../../../testing/index.ts";
import { loadAllUpgradeFacts } from "../../../upgrades/all-facts.ts";
import { Upgrades } from "../../../upgrades/service.ts";
import { StoredPackageLists } from "../package-lists.ts";

export interface ServedDialect extends AsyncDisposable {
  url: string;
  mirror: MirrorServer;
  stats: DatabaseStats;
}

/** The server with everything real: HTTP, database, catalog, and the miniature mirror as upstream. */
export async function serveDialect(config: Record<string, unknown> = {}): Promise<ServedDialect> {
  await using taken = new AsyncDisposableStack();
  const log = pino({ level: process.env.PAWL_TEST_LOG ?? "silent" });
  const clock = () => new Date();
  const mirror = taken.use(await MirrorServer.start());
  const upstream = {
    upstream_url: mirror.url,
    keys: { usign: [mirror.keys.usign.public], apk: [mirror.keys.apk.pem] },
  };
  const settings = ServerConfig.parse({
    listen: "127.0.0.1:0",
    ...config,
    distributions: { openwrt: upstream, ...(config.distributions as Record<string, unknown> | undefined) },
  });
  const { database } = taken.use(await createTestDatabase());
  const distributions = await loadDistributions(settings.distributions);
  const catalog = taken.use(
    await UpstreamCatalog.open({ database, distributions, settings: settings.catalog, log, clock }),
  );
  const stats = taken.use(new DatabaseStats({ database: database.kysely, clock, log }));
  const end = new AbortController();
  taken.defer(() => end.abort());
  const app = createApp({
    config: settings,
    log,
    clock,
    catalog,
    upgrades: new Upgrades({ catalog, facts: await loadAllUpgradeFacts(distributions, settings.distributions) }),
    stats,
    tokens: taken.use(new DatabaseTokens({ database: database.kysely, clock, log })),
    packageLists: new StoredPackageLists(database.kysely),
    representations: new RepresentationCache(),
    version: "0.1.0",
    health: [],
    signal: end.signal,
  });
  const listening = taken.use(await listen(app, settings, log));
  const kept = taken.move();
  return { url: `http://127.0.0.1:${listening.port}`, mirror, stats, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
