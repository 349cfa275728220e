import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Lock, type LockOwner } from "@pawl/device/lock";
import { ownIdentity } from "@pawl/device/process-identity";
import pg from "pg";
import type { Logger } from "pino";
import { ServerError } from "../error.ts";
import { chooseAccount } from "./embedded/account.ts";
import { readAddress, removeAddress, writeAddress } from "./embedded/address-file.ts";
import { ensureCluster, SUPERUSER } from "./embedded/cluster.ts";
import { stopLeftOver } from "./embedded/left-over.ts";
import { type Endpoint, Postmaster, SOCKET_PORT, socketFile } from "./embedded/postmaster.ts";
import { installedPrograms, type Programs, reachablePrograms } from "./embedded/programs.ts";
import { folderTrouble, makeStateFolder } from "./embedded/state-folder.ts";
import { Supervisor } from "./embedded/supervisor.ts";
import { databaseTrouble } from "./trouble.ts";

/** The one database in it that is ours. */
const DATABASE = "pawl";

/** unix(7): a socket's path has 108 bytes, with the zero at its end. */
const LONGEST_SOCKET_PATH = 107;

/** How long another process may take to start the same database, in milliseconds: making it on a slow card, and a log to read. */
const OTHERS_START_MS = 600_000;

export interface EmbeddedOptions {
  /** The data are in its folder `database`. */
  stateDir: string;
  log: Logger;
  /** Who it runs as when this process is root; null chooses one. */
  user?: string | null;
  /** What to do when a living process has started it already. Default `connect`. */
  whenRunning?: "connect" | "refuse";
  /** Other programs than those that came with the package. */
  programs?: Programs;
  /** Where a copy of the programs may go when that user can't get at them. */
  copies?: readonly string[];
  /** Ends the start; a database that has started ends with its disposal. */
  signal?: AbortSignal;
}

/** The database that comes with Pawl: PostgreSQL's own server as a child of this process. */
export interface EmbeddedDatabase extends AsyncDisposable {
  /** For `openDatabase`, with the password. */
  url: string;
  /** False when another process has started it and will end it. */
  isOwn: boolean;
}

/**
 * Starts PostgreSQL on the state folder's own data, made the first time. Of several processes one starts it, and the others
 * connect; one whose process was killed is stopped first. Should it crash, it is started again.
 * @throws ServerError `database_failed` with what is wrong and what to do.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const stateDir = resolve(options.stateDir);
  return startIn({ ...options, stateDir }).catch((error: unknown) => {
    throw folderTrouble(stateDir, error) ?? error;
  });
}

async function startIn(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const { stateDir, whenRunning = "connect", signal } = options;
  await makeStateFolder(stateDir);
  const until = performance.now() + OTHERS_START_MS;
  for (;;) {
    signal?.throwIfAborted();
    const attempt = await Lock.tryAcquire(join(stateDir, "database-lock"), "the embedded database", new Date());
    if ("held" in attempt) return startOwn(options, attempt.held);
    const { busy } = attempt;
    if (whenRunning === "refuse") throw alreadyRuns(stateDir, busy);
    const url = await addressOf(stateDir, busy);
    if (url !== null) return { url, isOwn: false, [Symbol.asyncDispose]: async () => undefined };
    if (performance.now() > until) throw alreadyRuns(stateDir, busy);
    await sleep(50, undefined, { signal });
  }
}

async function startOwn(options: EmbeddedOptions, lock: Lock): Promise<EmbeddedDatabase> {
  const { stateDir, log, user = null, programs = installedPrograms(), signal } = options;
  await using taken = new AsyncDisposableStack();
  taken.use(lock);
  const dataDir = join(stateDir, "database");
  const account = await chooseAccount(dataDir, user);
  const reachable = await reachablePrograms(programs, account, options);
  await stopLeftOver(dataDir, log, signal);
  const password = await ensureCluster({
    dataDir,
    programs: reachable,
    account,
    log,
    signal,
  });
  const endpoint = await chooseEndpoint(dataDir);
  const start = async (cut?: AbortSignal) => {
    await stopLeftOver(dataDir, log, cut);
    return Postmaster.start({ dataDir, programs: reachable, account, endpoint, log, signal: cut });
  };
  taken.use(new Supervisor(await start(signal), start, log));
  const url = (database: string) => urlOf(dataDir, endpoint, password, database);
  await ensureDatabase(url(DATABASE), url("postgres"));
  taken.defer(() => removeAddress(stateDir));
  const { pid, start_time } = ownIdentity();
  await writeAddress(stateDir, { url: url(DATABASE), pid, start_time });
  log.info({ folder: dataDir, user: account?.name, ...endpoint }, "database started");
  const kept = taken.move();
  return { url: url(DATABASE), isOwn: true, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** A socket in the data folder, which only its owner may enter; where its path is too long, a port of this machine alone. */
async function chooseEndpoint(dataDir: string): Promise<Endpoint> {
  if (Buffer.byteLength(socketFile(dataDir)) <= LONGEST_SOCKET_PATH) return { kind: "socket" };
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address === "string" || address === null) throw new TypeError("A TCP server without a port.");
  return { kind: "tcp", port: address.port };
}

function urlOf(dataDir: string, endpoint: Endpoint, password: string, database: string): string {
  const user = `${SUPERUSER}:${encodeURIComponent(password)}`;
  if (endpoint.kind === "tcp") return `postgresql://${user}@127.0.0.1:${endpoint.port}/${database}`;
  return `postgresql://${user}@/${database}?host=${encodeURIComponent(dataDir)}&port=${SOCKET_PORT}`;
}

/** Made by whoever comes first; a start that was cut short after initdb has not made it. */
async function ensureDatabase(url: string, maintenance: string): Promise<void> {
  const { rows } = await ask(maintenance, `select from pg_database where datname = '${DATABASE}'`);
  if (rows.length === 0) await ask(maintenance, `create database ${DATABASE}`);
  await ask(url, "select 1");
}

async function ask(connectionString: string, query: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000, query_timeout: 60_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return await client.query(query);
  } catch (error) {
    throw databaseTrouble(error) ?? error;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Null while that process has not come so far. */
async function addressOf(stateDir: string, owner: LockOwner): Promise<string | null> {
  const address = await readAddress(stateDir);
  return address?.pid === owner.pid && address.start_time === owner.start_time ? address.url : null;
}

function alreadyRuns(stateDir: string, { pid, since }: LockOwner): ServerError {
  const sentence = `The database in ${stateDir} is in use by process ${pid} since ${since}. Stop it, or set state_dir to another folder.`;
  return new ServerError("database_failed", sentence, { fields: { pid, since } });
}
