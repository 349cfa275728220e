import { existsSync, readdirSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { MirrorServer, TempDir } from "@pawl/testkit";
import { sql } from "kysely";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadDistributions } from "../catalog/facts.ts";
import { UpstreamCatalog } from "../catalog/service.ts";
import { ServerConfig } from "../config/schema.ts";
import { type Database, openDatabase } from "./connect.ts";
import { programsIn } from "./embedded/programs.ts";
import { type EmbeddedDatabase, startEmbedded } from "./embedded.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/index.ts";

const log = pino({ level: "silent" });
const folder = debiansOwn();

describe.skipIf(folder === null)("on Debian's own PostgreSQL", () => {
  let dir: TempDir;
  let server: EmbeddedDatabase;
  let database: Database;
  beforeAll(async () => {
    dir = await TempDir.create("pawl-debian-");
    await chmod(dir.path, 0o755);
    server = await startEmbedded({ stateDir: dir.path, log, programs: programsIn(folder ?? "", "debian") });
    database = await openDatabase({ url: server.url, log });
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  test("every migration works", async () => {
    const { rows } = await sql<{ v: string }>`select current_setting('server_version') as v`.execute(database.kysely);
    expect(rows[0]?.v).toContain("Debian");
    expect(await migrate(database, { log })).toEqual(MIGRATIONS.map(({ name }) => name));
  });

  test("the catalog fills, and another server reads from there what the first has loaded", async () => {
    await using mirror = await MirrorServer.start();
    const config = ServerConfig.parse({ distributions: { openwrt: { upstream_url: mirror.url } } });
    const distributions = await loadDistributions(config.distributions);
    const open = () => UpstreamCatalog.open({ database, distributions, settings: config.catalog, log });
    const read = async (catalog: UpstreamCatalog) => {
      const counts: number[] = [];
      for (const name of ["24.10.5", "25.12.1"]) {
        const version = await catalog.version("openwrt", name);
        counts.push((await catalog.packages(version, "ath79/generic")).value.length);
      }
      return [...counts, await catalog.countPackageNames()];
    };
    await using first = await open();
    const counts = await read(first);
    expect(Math.min(...counts)).toBeGreaterThan(50);
    await mirror[Symbol.asyncDispose]();
    await using second = await open();
    expect(await read(second)).toEqual(counts);
  });

  test("notifications arrive", async () => {
    const heard: string[] = [];
    await using _ = await database.listen("x", (payload) => heard.push(payload));
    await database.notify("x", "ä");
    await expect.poll(() => heard).toEqual(["ä"]);
  });

  test("text is UTF-8 whatever the machine's language", async () => {
    const { rows } = await sql`select length('äß') as n, 'ä' = U&'\\00e4' as same`.execute(database.kysely);
    expect(rows).toEqual([{ n: 2, same: true }]);
  });
});

/** `/usr/lib/postgresql/15`, the newest there is. */
function debiansOwn(): string | null {
  const all = "/usr/lib/postgresql";
  if (!existsSync(all)) return null;
  const versions = readdirSync(all).filter((name) => existsSync(`${all}/${name}/bin/initdb`));
  const newest = versions.sort((a, b) => Number(a) - Number(b)).at(-1);
  return newest === undefined ? null : `${all}/${newest}`;
}
