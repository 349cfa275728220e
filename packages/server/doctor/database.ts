import { randomBytes } from "node:crypto";
import { access, constants, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Finding, fine, trouble, warning } from "@pawl/device/doctor";
import { bootId, isAlive } from "@pawl/device/process-identity";
import { sql } from "kysely";
import type { ServerConfig } from "../config/schema.ts";
import { type Database, openDatabase } from "../db/connect.ts";
import { addressFile, readAddress } from "../db/embedded/address-file.ts";
import { MIGRATIONS } from "../db/migrations/index.ts";
import { placeOf } from "../db/place.ts";
import { ServerError } from "../error.ts";
import { counted, findingOf, SILENT } from "./looks.ts";

/** A statement may take so long, in milliseconds. */
const STATEMENT_MS = 5_000;
/** And a word to all who listen. */
const NOTICE_MS = 3_000;
/** So far apart two clocks may be, in milliseconds: a warning, a trouble. */
const SKEW_WARNING_MS = 2_000;
const SKEW_TROUBLE_MS = 60_000;

/**
 * Connections to the database of the configuration, or why there are none. Starts none: the embedded one runs with its server.
 * @param source which variable or setting says the address
 */
export async function reachDatabase(
  { database: { url }, state_dir }: ServerConfig,
  signal: AbortSignal,
  source = "database.url",
): Promise<{ database: Database } | { finding: Finding }> {
  const address = url ?? (await readAddress(state_dir))?.url ?? null;
  if (address === null) return { finding: await embeddedIsAway(state_dir) };
  const limits = { patience: 0, connectTimeout: STATEMENT_MS, statementTimeout: STATEMENT_MS, closeTimeout: 1_000 };
  try {
    const name = "pawl doctor";
    return {
      database: await openDatabase({
        url: address,
        connections: 4,
        applicationName: name,
        log: SILENT,
        signal,
        ...limits,
      }),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ServerError)) throw error;
    if (url === null) return { finding: await embeddedIsAway(state_dir) };
    // What answers, and refuses or is something else, needn't be started.
    const start = error.code === "database_unavailable" ? "Start it, or correct" : "See to that there, or correct";
    return { finding: findingOf(error, trouble, `${start} ${source}`) };
  }
}

async function embeddedIsAway(stateDir: string): Promise<Finding> {
  const folder = join(stateDir, "database");
  const start = "Start the server (systemctl start pawl-server, or pawl serve), and then: pawl doctor";
  const code = await stat(folder).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? "",
  );
  if (code === "ENOENT") return warning(`There is no database yet: ${folder} isn't there`, start);
  if (await isOff(stateDir)) return warning("The embedded database is off; it starts with the server", start);
  const detail = "It runs as long as a server does. If one runs here, this user may not read its address: try as root";
  return trouble("The embedded database can't be asked", start, detail);
}

/** Nobody has said where it is, or who has is gone: as far as this user may see that. */
async function isOff(stateDir: string): Promise<boolean> {
  const code = await access(addressFile(stateDir), constants.R_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code === "ENOENT") return true;
  const address = await readAddress(stateDir);
  return address !== null && !isAlive({ pid: address.pid, start_time: address.start_time, boot_id: bootId() });
}

/** Whether it has the tables of this program, neither older nor newer. */
export async function isCurrent(database: Database, signal: AbortSignal): Promise<boolean> {
  signal.throwIfAborted();
  const made = await migrationsMade(database).catch(() => null);
  return made !== null && assessMigrations(made).ok === "ok";
}

/** Version, tables, connections, clock and notifications. */
export async function lookAtDatabase(
  database: Database,
  config: ServerConfig,
  signal: AbortSignal,
): Promise<Finding[]> {
  const findings = [await lookAtVersion(database, config), assessMigrations(await migrationsMade(database))];
  findings.push(await lookAtConnections(database, config.database.connections));
  findings.push(assessSkew(await skewOf(database)));
  findings.push(await lookAtNotices(database, signal));
  return findings;
}

async function lookAtVersion(database: Database, { database: { url } }: ServerConfig): Promise<Finding> {
  const { rows } = await sql<{ version: string; bytes: number }>`
    select current_setting('server_version') as version, pg_database_size(current_database()) as bytes
  `.execute(database.kysely);
  const { version, bytes } = rows[0] ?? { version: "?", bytes: 0 };
  const where = url === null ? "the embedded one" : placeOf(url);
  return fine(`The database answers: PostgreSQL ${version}, ${where}`, `${(bytes / 1e6).toFixed(0)} MB`);
}

async function migrationsMade({ kysely }: Database): Promise<string[]> {
  const found = await sql<{ there: boolean }>`select to_regclass('migration') is not null as there`.execute(kysely);
  if (!found.rows[0]?.there) return [];
  const { rows } = await sql<{ name: string }>`select name from migration order by name`.execute(kysely);
  return rows.map(({ name }) => name);
}

/** Whether the tables are those that this program knows. Pure. */
export function assessMigrations(made: readonly string[], known: readonly { name: string }[] = MIGRATIONS): Finding {
  const newer = made.filter((name) => !known.some((one) => one.name === name));
  if (newer.length > 0) {
    return trouble(
      "The database is newer than this program",
      "Update Pawl here, or give this server another database",
      `It has had ${newer.join(", ")}`,
    );
  }
  const missing = known.filter(({ name }) => !made.includes(name));
  if (made.length === 0) return warning("The database has no tables yet", "Start the server, or: pawl init");
  if (missing.length === 0) return fine("The database has the tables of this program");
  return warning(
    "The database is older than this program",
    "Start a server of this version: it brings it up to date",
    `It lacks ${missing.map(({ name }) => name).join(", ")}`,
  );
}

async function lookAtConnections({ kysely }: Database, wanted: number): Promise<Finding> {
  const { rows } = await sql<{ most: number; used: number }>`
    select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
      (select count(*) from pg_stat_activity where backend_type = 'client backend') as used
  `.execute(kysely);
  return assessConnections(rows[0] ?? { most: 0, used: 0 }, wanted);
}

/** Whether one more process of ours would find room. Pure. */
export function assessConnections({ most, used }: { most: number; used: number }, connections: number): Finding {
  const words = `${used} of the database's ${counted(most, "connection")} are in use`;
  // One more listens.
  if (most - used > connections) return fine(words);
  return warning(
    `${words}: another server or worker would find too few`,
    "Raise max_connections of PostgreSQL, or lower database.connections",
    `Each server and each worker takes up to ${connections + 1}`,
  );
}

/** How far this machine's clock is ahead of the database's, in milliseconds; what the question took is no skew. */
async function skewOf({ kysely }: Database): Promise<number> {
  const asked = Date.now();
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(kysely);
  const answered = Date.now();
  const theirs = rows[0]?.now.getTime() ?? asked;
  if (theirs < asked) return asked - theirs;
  return theirs > answered ? answered - theirs : 0;
}

/** Pure. @param ms how far this clock is ahead */
export function assessSkew(ms: number): Finding {
  const size = Math.abs(ms);
  if (size < SKEW_WARNING_MS) return fine("This machine's clock and the database's agree");
  const by = size < 120_000 ? `${Math.round(size / 1_000)} s` : `${Math.round(size / 60_000)} minutes`;
  const verdict = size < SKEW_TROUBLE_MS ? warning : trouble;
  return verdict(
    `This machine's clock is ${by} ${ms > 0 ? "ahead of" : "behind"} the database's`,
    "Have both set over the network: timedatectl set-ntp true",
    "What is kept, and how long, goes by these clocks",
  );
}

/** Servers and workers tell each other what has changed; a pooler in transaction mode loses that. */
async function lookAtNotices(database: Database, signal: AbortSignal): Promise<Finding> {
  const channel = `pawl_doctor_${randomBytes(6).toString("hex")}`;
  const heard = Promise.withResolvers<boolean>();
  await using _ = await database.listen(channel, () => heard.resolve(true));
  await database.notify(channel);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(NOTICE_MS)]);
  limit.addEventListener("abort", () => heard.resolve(false), { once: true });
  if (await heard.promise) return fine("Servers and workers hear of each other through the database");
  return trouble(
    "What one process tells the others through the database isn't heard (LISTEN, NOTIFY)",
    "Is there a pooler in front of it? It has to be in session mode, or go around it with database.url",
  );
}
