import { Hono } from "hono";
import { pino } from "pino";
import { ServerConfig } from "../../../config/schema.ts";
import { ServerError } from "../../../error.ts";
import { listen } from "../../../http/listen.ts";
import { answerOptions } from "../../../http/options.ts";
import type { ServerEnv, ServerParts } from "../../../http/parts.ts";
import { RepresentationCache } from "../../../http/representation.ts";
import type { Stats } from "../../../stats/types.ts";
import type { UpgradeFacts, UpgradeQuestion } from "../../../upgrades/types.ts";
import { middleGenerationVersions } from "../middle-generation.ts";
import { asuV1Routes } from "../routes.ts";
import { MemoryBuilds } from "./memory-builds.ts";
import { MemoryCatalog, type World } from "./memory-catalog.ts";

/** The dialect behind the server's own HTTP, over what is in memory. */
export interface ServedDialect extends AsyncDisposable {
  url: string;
  catalog: MemoryCatalog;
  builds: MemoryBuilds;
  config: ServerConfig;
  /** What was counted, newest last. */
  counted: [what: string, key: string | undefined][];
  now: Date;
}

export async function serveDialect(world: World, stats: Partial<Stats>, facts: UpgradeFacts): Promise<ServedDialect> {
  const config = ServerConfig.parse({ listen: "127.0.0.1:0", contact: "root@example.org" });
  const log = pino({ level: "silent" });
  const catalog = new MemoryCatalog(world);
  const builds = new MemoryBuilds();
  const served = {
    catalog,
    builds,
    config,
    counted: [] as [string, string | undefined][],
    now: new Date("2026-03-01T12:00:00Z"),
  };
  const parts = {
    config,
    log,
    clock: () => served.now,
    catalog,
    builds: builds.builds,
    // One token is known.
    tokens: { verify: async (token: string) => (token === "right" ? { id: 7, name: "a token" } : null) },
    upgrades: {
      facts: () => facts,
      check: async ({ installed }: UpgradeQuestion) => {
        const unknown = [...(installed?.keys() ?? [])].filter((name) => !(name in world.packages));
        if (unknown.length > 0) throw new ServerError("unknown_package", "", { fields: { packages: unknown } });
        return {};
      },
    },
    stats: { ...stats, count: (what: string, key?: string) => served.counted.push([what, key]) },
    representations: new RepresentationCache(),
    version: "0.1.0",
    health: [],
    signal: new AbortController().signal,
  } as unknown as ServerParts;
  const app = new Hono<ServerEnv>();
  answerOptions(app);
  app.route("/", asuV1Routes(parts));
  app.get("/api/versions", (c) => middleGenerationVersions(parts, c.req.raw));
  const listening = await listen(app, config, log);
  return Object.assign(served, {
    url: `http://127.0.0.1:${listening.port}`,
    [Symbol.asyncDispose]: () => listening.stop(),
  });
}
