import { Writable } from "node:stream";
import { MirrorServer } from "@pawl/testkit";
import type { Scope } from "../../../packages/server/auth/scopes.ts";
import { type Composition, composeServer } from "../../../packages/server/compose.ts";
import { ServerConfig } from "../../../packages/server/config/schema.ts";
import { listen } from "../../../packages/server/http/listen.ts";
import { createLog } from "../../../packages/server/log/log.ts";
import { createTestDatabase } from "../../../packages/server/testing/index.ts";
import { Caller } from "./caller.ts";

export interface ComposedOptions {
  /** Over the defaults, as in pawl-server.yaml. */
  config?: Record<string, unknown>;
  /** Whether the server knows the mirror's keys, and refuses what isn't signed by them. Default true. */
  signed?: boolean;
}

/** The real server as `pawl serve` wires it, in this process: HTTP, a database of its own, the miniature mirror. */
export interface ComposedServer extends AsyncDisposable {
  url: string;
  mirror: MirrorServer;
  composition: Composition;
  caller: Caller;
  /** As in the file that `pawl` would read to have the same catalog. */
  settings: object;
  /** Lines of the log that say something is our own fault. */
  errors: readonly string[];
  tokenFor(...scopes: Scope[]): Promise<string>;
}

export async function startComposed({ config = {}, signed = true }: ComposedOptions = {}): Promise<ComposedServer> {
  await using taken = new AsyncDisposableStack();
  const mirror = taken.use(await MirrorServer.start());
  const { usign, apk } = mirror.keys;
  const keys = signed ? { keys: { usign: [usign.public], apk: [apk.pem] } } : {};
  // The server has connections of its own.
  const database = taken.use(await createTestDatabase({ connections: 1 }));
  const settings = {
    listen: "127.0.0.1:0",
    database: { url: database.url, connections: 6 },
    distributions: { openwrt: { upstream_url: mirror.url, ...keys } },
    ...config,
  };
  const parsed = ServerConfig.parse(settings);
  const errors: string[] = [];
  const log = createLog({ level: "error", human: false, destination: collecting(errors) });
  const end = new AbortController();
  taken.defer(() => end.abort());
  const composition = taken.use(await composeServer(parsed, { log, signal: end.signal }));
  const listening = taken.use(await listen(composition.app, parsed, log));
  const caller = taken.use(new Caller(listening.address));
  const kept = taken.move();
  return {
    url: listening.address,
    mirror,
    composition,
    caller,
    settings,
    errors,
    async tokenFor(...scopes) {
      const name = `of ${crypto.randomUUID()}`;
      return (await composition.tokens.create({ name, scopes, expiresAt: null })).token;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function collecting(lines: string[]): Writable {
  return new Writable({
    decodeStrings: false,
    write(line, _, done) {
      lines.push(String(line));
      done();
    },
  });
}
