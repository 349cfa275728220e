import type { DatabaseStats } from "../../../stats/database-stats.ts";
import { type ServedServer, serveMiniature } from "../../../testing/index.ts";

export interface ServedDialect extends ServedServer {
  stats: DatabaseStats;
}

/** The server with everything real: HTTP, database, catalog, and the miniature mirror as upstream. */
export async function serveDialect(config: Record<string, unknown> = {}): Promise<ServedDialect> {
  const { distributions, ...others } = config;
  const server = await serveMiniature({ config: others, distributions: distributions as Record<string, unknown> });
  return { ...server, stats: server.composition.stats };
}
