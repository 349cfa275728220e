import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import pino from "pino";
import { openDatabase } from "../db/connect.ts";
import { stopLeftOver } from "../db/embedded/left-over.ts";
import { startEmbedded } from "../db/embedded.ts";
import { migrate } from "../db/migrate.ts";

const log = pino(
  { level: process.env.PAWL_TEST_LOG ?? "silent", base: null },
  pino.destination({ dest: 2, sync: true }),
);

/** A PostgreSQL for tests, with a database that has every table and no rows, to make others from. */
export class TestServer implements AsyncDisposable {
  /** Of a database that always exists. */
  readonly url: string;
  readonly template: string;
  readonly #taken: AsyncDisposableStack;

  private constructor(url: string, template: string, taken: AsyncDisposableStack) {
    this.url = url;
    this.template = template;
    this.#taken = taken;
  }

  /** The embedded one, with its data in `folder`, or the one that `PAWL_TEST_DATABASE_URL` names. */
  static async start(folder: string): Promise<TestServer> {
    await using taken = new AsyncDisposableStack();
    let url = process.env.PAWL_TEST_DATABASE_URL;
    if (!url) {
      await clearLeftOvers();
      url = taken.use(await startEmbedded({ stateDir: join(folder, "state"), log })).url;
      await hurry(url);
    }
    const template = `pawl_template_${randomBytes(4).toString("hex")}`;
    await administer(url, `create database ${template}`);
    const admin = url;
    taken.defer(() => administer(admin, `drop database if exists ${template} with (force)`));
    await using database = await openDatabase({ url: urlOf(url, template), connections: 2, log });
    await migrate(database, { log });
    return new TestServer(url, template, taken.move());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#taken.disposeAsync();
  }
}

/** Nothing in it has to outlive the machine. */
async function hurry(url: string): Promise<void> {
  for (const setting of ["fsync", "synchronous_commit", "full_page_writes"]) {
    await administer(url, `alter system set ${setting} = off`);
  }
  await administer(url, "select pg_reload_conf()");
}

/** The address of another database of the same server. */
export function urlOf(url: string, database: string): string {
  return url.replace(/\/[^/?]*(\?|$)/, `/${database}$1`);
}

/** Does what can't be done in a transaction. */
export async function administer(url: string, statement: string): Promise<void> {
  await using database = await openDatabase({ url, connections: 1, log, statementTimeout: 60_000 });
  await sql.raw(statement).execute(database.kysely);
}

/** What runs that were killed have left: servers that nobody will stop, and their folders. */
async function clearLeftOvers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = /^pawl-test-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || existsSync(`/proc/${pid}`)) continue;
    try {
      await stopLeftOver(join(tmpdir(), name, "state", "database"), log, AbortSignal.timeout(10_000));
      await rm(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another user's; or another run has been faster.
    }
  }
}
