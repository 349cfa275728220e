import { MirrorServer } from "@pawl/testkit";
import { composeServer } from "../../../packages/server/compose.ts";
import { ServerConfig } from "../../../packages/server/config/schema.ts";
import { listen } from "../../../packages/server/http/listen.ts";
import { createLog } from "../../../packages/server/log/log.ts";
import { createTestDatabase } from "../../../packages/server/testing/index.ts";
import { Rewriter } from "./rewriter.ts";

/** The real server over the miniature mirror, and a rewriting layer before it. */
export interface ServerUnderReplay extends AsyncDisposable {
  /** The server itself. */
  url: string;
  mirror: MirrorServer;
  rewriter: Rewriter;
}

/**
 * Wired as `pawl serve` does it, on a database of its own, in this process: replays still reach it by HTTP only. It has
 * loaded nothing yet, and nothing is refreshed: what is asked for is loaded then. One for each file of tests.
 * @param config over the defaults, as in pawl-server.yaml
 */
export async function startServer(config: Record<string, unknown> = {}): Promise<ServerUnderReplay> {
  await using taken = new AsyncDisposableStack();
  const mirror = taken.use(await MirrorServer.start());
  const { usign, apk } = mirror.keys;
  const keys = { usign: [usign.public], apk: [apk.pem] };
  // The server has its own connections.
  const database = taken.use(await createTestDatabase({ connections: 1 }));
  const parsed = ServerConfig.parse({
    listen: "127.0.0.1:0",
    log: { level: process.env.PAWL_TEST_LOG ?? "silent" },
    database: { url: database.url, connections: 4 },
    distributions: { openwrt: { upstream_url: mirror.url, keys } },
    ...config,
  });
  const log = createLog({ level: parsed.log.level });
  const end = new AbortController();
  taken.defer(() => end.abort());
  const composition = taken.use(await composeServer(parsed, { log, signal: end.signal }));
  const listening = taken.use(await listen(composition.app, parsed, log));
  const rewriter = taken.use(await Rewriter.start(listening.address));
  const kept = taken.move();
  return { url: listening.address, mirror, rewriter, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
