import { MirrorServer } from "@pawl/testkit";
import pino from "pino";
import { ServerConfig } from "../../config/schema.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/index.ts";
import { loadDistributions } from "../facts.ts";
import { UpstreamCatalog } from "../service.ts";

export interface MirroredCatalog extends AsyncDisposable {
  mirror: MirrorServer;
  test: TestDatabase;
  catalog: UpstreamCatalog;
  /** Another one on the same database and mirror, as a second server would have it. */
  another(options?: AnotherOptions): Promise<UpstreamCatalog>;
  /** What was logged as a warning or worse, a line each. */
  warnings: readonly string[];
}

export interface AnotherOptions {
  upstreamUrl?: string;
  /** When it fires, the server is being stopped. */
  signal?: AbortSignal;
}

export interface MirroredCatalogOptions {
  /** Over the shipped ones; `openwrt` is at the mirror. */
  distributions?: Record<string, object>;
  settings?: Partial<Record<keyof ServerConfig["catalog"], string | number>>;
  /** The mirror's; default: any. */
  port?: number;
  /** Milliseconds between two tries for a resource. */
  pause?: number;
  /** Whether signatures are asked for. Default true. */
  signed?: boolean;
}

/** The real thing: a catalog on a database of its own, reading the miniature mirror. Its updater isn't started. */
export async function mirroredCatalog(options: MirroredCatalogOptions = {}): Promise<MirroredCatalog> {
  await using taken = new AsyncDisposableStack();
  const mirror = taken.use(await MirrorServer.start({ port: options.port }));
  const test = taken.use(await createTestDatabase());
  const { pause = 200, signed = true } = options;
  const keys = { usign: [mirror.keys.usign.public], apk: [mirror.keys.apk.pem] };
  const openwrt = { upstream_url: mirror.url, ...(signed && { keys }) };
  const config = ServerConfig.parse({
    // Whoever waits for what never comes says how long.
    catalog: { load_timeout: "60s", request_timeout: "40s", ...options.settings },
    distributions: { openwrt, ...options.distributions },
  });
  const warnings: string[] = [];
  const log = pino(
    { level: process.env.PAWL_TEST_LOG ?? "warn" },
    pino.multistream([
      { level: "warn", stream: { write: (line: string) => warnings.push(line) } },
      ...(process.env.PAWL_TEST_LOG
        ? [{ level: process.env.PAWL_TEST_LOG as pino.Level, stream: process.stdout }]
        : []),
    ]),
  );
  const open = async ({ upstreamUrl = mirror.url, signal }: AnotherOptions = {}) => {
    const moved = { ...config.distributions, openwrt: { ...config.distributions.openwrt, upstream_url: upstreamUrl } };
    const distributions = await loadDistributions(moved);
    return UpstreamCatalog.open({
      database: test.database,
      distributions,
      settings: config.catalog,
      log,
      pause,
      signal,
      grace: 100,
    });
  };
  const catalog = taken.use(await open());
  const kept = taken.move();
  const another = async (options?: AnotherOptions) => kept.use(await open(options));
  return { mirror, test, catalog, another, warnings, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}
