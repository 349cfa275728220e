import { MirrorServer, TempDir } from "@pawl/testkit";
import type { Scope } from "../auth/scopes.ts";
import { type Composition, composeServer } from "../compose.ts";
import { ServerConfig } from "../config/schema.ts";
import { listen } from "../http/listen.ts";
import { createLog, type Logger } from "../log/log.ts";
import { createTestDatabase } from "./test-database.ts";

export interface ServedOptions {
  /** Over the defaults, as in pawl-server.yaml. */
  config?: Readonly<Record<string, unknown>>;
  /** Besides OpenWrt, which is the miniature mirror's. */
  distributions?: Readonly<Record<string, unknown>>;
  /** Whether the server knows the mirror's keys, and refuses what isn't signed by them. Default true. */
  signed?: boolean;
  /** Whether images are built, by a worker in this process. Default false: what is asked for waits. */
  builds?: boolean;
  log?: Logger;
}

/** The real server over the miniature mirror. It has read nothing yet. */
export interface ServedServer extends AsyncDisposable {
  /** Without a slash at the end. */
  url: string;
  mirror: MirrorServer;
  composition: Composition;
  /** As in the file that `pawl` would read to have the same catalog. */
  settings: object;
  tokenFor(...scopes: Scope[]): Promise<string>;
}

/**
 * Wired as `pawl serve` does it, in this process: HTTP, a database of its own, the miniature as upstream. Nothing is
 * refreshed by itself: what is asked for is read then.
 */
export async function serveMiniature(options: ServedOptions = {}): Promise<ServedServer> {
  const { config = {}, distributions = {}, signed = true, builds = false } = options;
  const { log = createLog({ level: "silent" }) } = options;
  await using taken = new AsyncDisposableStack();
  const mirror = taken.use(await MirrorServer.start());
  const dir = taken.use(await TempDir.create());
  const { usign, apk } = mirror.keys;
  const keys = signed ? { keys: { usign: [usign.public], apk: [apk.pem] } } : {};
  // The server has connections of its own.
  const database = taken.use(await createTestDatabase({ connections: 1 }));
  const settings = {
    listen: "127.0.0.1:0",
    state_dir: dir.path,
    database: { url: database.url, connections: 5 },
    ...config,
    distributions: { openwrt: { upstream_url: mirror.url, ...keys }, ...distributions },
  };
  const parsed = ServerConfig.parse(settings);
  const end = new AbortController();
  taken.defer(() => end.abort());
  const composition = taken.use(await composeServer(parsed, { log, signal: end.signal }));
  if (builds) await composition.startBuilding();
  const { address } = taken.use(await listen(composition.app, parsed, log));
  const kept = taken.move();
  return {
    url: address,
    mirror,
    composition,
    settings,
    async tokenFor(...scopes) {
      const name = `of ${crypto.randomUUID()}`;
      return (await composition.tokens.create({ name, scopes, expiresAt: null })).token;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
