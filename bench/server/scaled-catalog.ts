import { MirrorServer, type ScaleOptions, scaleMirror, TempDir } from "@pawl/testkit";
import { type Database, openDatabase } from "../../packages/server/db/connect.ts";
import { readAddress } from "../../packages/server/db/embedded/address-file.ts";
import { createLog } from "../../packages/server/log/log.ts";
import { BenchServer } from "./bench-server.ts";
import { type Check, DIALECTS, untilAnswered } from "./check-load.ts";

/** Devices that ask at once while the catalog is filled. */
const ASKING = 8;
const FEEDS = ["base", "luci", "packages", "routing", "telephony"];
const PACKAGES_A_FEED = 8;
/** Devices ask about the first so many of each feed, which small catalogs have, too: the same questions for all. */
const ASKED_A_FEED = 1_000;

/** A server with all that a mirror of so many packages has, and that mirror. */
export class ScaledCatalog implements AsyncDisposable {
  readonly server: BenchServer;
  readonly mirror: MirrorServer;
  readonly database: Database;
  readonly #ways: readonly Pick<Check, "version" | "target">[];
  readonly #taken: AsyncDisposableStack;
  /** Seconds from the first question of a device to the last answer. */
  #filledIn = 0;

  private constructor(
    parts: { server: BenchServer; mirror: MirrorServer; database: Database },
    ways: readonly Pick<Check, "version" | "target">[],
    taken: AsyncDisposableStack,
  ) {
    this.server = parts.server;
    this.mirror = parts.mirror;
    this.database = parts.database;
    this.#ways = ways;
    this.#taken = taken;
  }

  /** Started with an empty database, and filled by the questions of devices of every version on every target. */
  static async start(options: Required<Pick<ScaleOptions, "versions" | "targets" | "packagesPerFeed">>) {
    await using taken = new AsyncDisposableStack();
    const dir = taken.use(await TempDir.create("pawl-bench-mirror-"));
    const tree = dir.join("tree");
    const versions = scaleMirror(tree, { ...options, feeds: FEEDS.length });
    const mirror = taken.use(await MirrorServer.start({ dir: tree, asIs: true }));
    const server = taken.use(await BenchServer.start(mirror));
    const address = await readAddress(server.stateDir);
    if (!address) throw new Error("the server's database has no address");
    const log = createLog({ level: "silent" });
    const database = taken.use(await openDatabase({ url: address.url, connections: 2, log }));
    const newest = [...versions].sort().at(-1);
    const ways = versions
      .filter((version) => version !== newest)
      .flatMap((version) => Array.from({ length: options.targets }, (_, at) => ({ version, target: `scale/t${at}` })));
    const catalog = new ScaledCatalog({ server, mirror, database }, ways, taken.move());
    await catalog.#fill();
    return catalog;
  }

  /** So many different checks, each of 40 packages of its own: of devices of one version and target, or evenly of all. */
  checks(count: number, of: "one" | "all"): Check[] {
    const ways = of === "all" ? this.#ways : this.#ways.slice(0, 1);
    return Array.from({ length: count }, (_, at) => {
      const way = ways[at % ways.length];
      if (!way) throw new Error("there is no version to come from");
      return { ...way, installed: packagesOf(at) };
    });
  }

  get targets(): number {
    return new Set(this.#ways.map(({ target }) => target)).size;
  }

  get filledIn(): number {
    return this.#filledIn;
  }

  async packageRows(): Promise<number> {
    const { rows } = await this.database.pool.query<{ n: number }>("select count(*)::int as n from package");
    return rows[0]?.n ?? 0;
  }

  async databaseBytes(): Promise<number> {
    const { rows } = await this.database.pool.query<{ n: string }>("select pg_database_size(current_database()) as n");
    return Number(rows[0]?.n);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#taken.disposeAsync();
  }

  async #fill(): Promise<void> {
    const { path, body } = DIALECTS.v2;
    const checks = this.checks(this.#ways.length, "all");
    const start = performance.now();
    const askers = Array.from({ length: ASKING }, async (_, first) => {
      for (let at = first; at < checks.length; at += ASKING) {
        const check = checks[at];
        if (check) await untilAnswered(`${this.server.url}${path}`, JSON.stringify(body(check)));
      }
    });
    await Promise.all(askers);
    this.#filledIn = (performance.now() - start) / 1000;
  }
}

function packagesOf(seed: number): Record<string, string> {
  const names = FEEDS.flatMap((feed) =>
    Array.from({ length: PACKAGES_A_FEED }, (_, at) => `${feed}-${(seed * 13 + at * 37) % ASKED_A_FEED}`),
  );
  return Object.fromEntries(names.map((name) => [name, "0.9-r1"]));
}
