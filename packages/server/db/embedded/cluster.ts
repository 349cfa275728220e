import { randomBytes } from "node:crypto";
import { chown, lstat, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Logger } from "pino";
import { ServerError } from "../../error.ts";
import type { Account } from "./account.ts";
import { passTo } from "./pass-to.ts";
import type { Programs } from "./programs.ts";
import { runProgram } from "./run-program.ts";
import { wordFailure } from "./words.ts";

/** The database's own superuser. */
export const SUPERUSER = "pawl";

/** Beside the data it belongs to: whoever has the one has the other. */
const PASSWORD_FILE = "pawl-password";

/** The oldest that has a collation of its own, which no update of the machine changes. */
const BUILTIN_COLLATION_SINCE = 17;

/** On a slow card it takes most of a minute. */
const INITDB_TIMEOUT_MS = 300_000;

export interface ClusterOptions {
  /** Where the data are, or will be. */
  dataDir: string;
  programs: Programs;
  account: Account | null;
  log: Logger;
  signal?: AbortSignal;
}

/**
 * Makes sure that there is a data folder, and that it is one for these programs; says the superuser's password. A new one is
 * made beside its place and put there in one step: one that was begun and not ended leaves nothing that looks like data.
 * @throws ServerError `database_failed`
 */
export async function ensureCluster(options: ClusterOptions): Promise<string> {
  const { dataDir, programs, account, log, signal } = options;
  await clearUnfinished(dataDir);
  const there = await look(dataDir);
  if (there === "nothing") {
    log.info({ folder: dataDir }, "making a new database");
    return makeCluster(options);
  }
  if (there === "something else") {
    throw new ServerError("database_failed", `${dataDir} holds something that isn't a database; move it away.`);
  }
  await requireOwner(dataDir, account);
  const version = (await readFile(join(dataDir, "PG_VERSION"), "utf8")).trim();
  const ours = await majorVersion(programs, account, signal);
  if (Number(version) === ours) return readPassword(dataDir);
  const sentence = `The data in ${dataDir} are of PostgreSQL ${version}, and Pawl brings ${ours}. Move them over with pg_upgrade or pg_dump, or remove the folder: the catalog is then loaded anew.`;
  throw new ServerError("database_failed", sentence, { fields: { version } });
}

async function look(dataDir: string): Promise<"nothing" | "a cluster" | "something else"> {
  try {
    const names = await readdir(dataDir);
    if (names.length === 0) return "nothing";
    return names.includes("PG_VERSION") ? "a cluster" : "something else";
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (code === "ENOENT") return "nothing";
    if (code === "ENOTDIR") return "something else";
    throw wordFailure("The database can't be started", dataDir, [`FATAL: ${String(cause)}`], cause);
  }
}

/** A user that was chosen anew owns the data from now on; without root's rights that can't be had. */
async function requireOwner(dataDir: string, account: Account | null): Promise<void> {
  const wanted = account?.uid ?? process.geteuid?.();
  const { uid } = await lstat(dataDir);
  if (uid === wanted) return;
  if (account === null) {
    const sentence = `The database in ${dataDir} belongs to the user ${uid}; start Pawl as that user, or as root.`;
    throw new ServerError("database_failed", sentence);
  }
  await give(dataDir, account);
}

async function give(path: string, { uid, gid }: Account): Promise<void> {
  for (const entry of await readdir(path, { recursive: true, withFileTypes: true })) {
    // A link's target is not ours to give.
    if (!entry.isSymbolicLink()) await chown(join(entry.parentPath, entry.name), uid, gid);
  }
  await chown(path, uid, gid);
}

async function readPassword(dataDir: string): Promise<string> {
  const path = join(dataDir, PASSWORD_FILE);
  try {
    return (await readFile(path, "utf8")).trim();
  } catch (cause) {
    const sentence = `The database's password can't be read from ${path}; put the file back, it was made with the data.`;
    throw new ServerError("database_failed", sentence, { cause });
  }
}

async function makeCluster({ dataDir, programs, account, signal }: ClusterOptions): Promise<string> {
  const password = randomBytes(32).toString("base64url");
  const fresh = await mkdtemp(`${dataDir}.new-`);
  const passwordFile = `${fresh}.password`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600, flag: "wx", flush: true });
    if (account) for (const path of [fresh, passwordFile]) await chown(path, account.uid, account.gid);
    const collation =
      (await majorVersion(programs, account, signal)) >= BUILTIN_COLLATION_SINCE
        ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        : [];
    await using passing = await passTo(account, [fresh, passwordFile]);
    const [folder, file] = passing.paths;
    const args = [
      ...["-D", `${folder}`, `--pwfile=${file}`, `--username=${SUPERUSER}`, "--auth=scram-sha-256"],
      ...["--encoding=UTF8", "--locale=C", ...collation],
    ];
    const done = await runProgram(programs.initdb, args, { account, passing, timeoutMs: INITDB_TIMEOUT_MS, signal });
    if (done.code !== 0) throw wordFailure("The database could not be made", dataDir, done.lines, done.error);
    await rename(passwordFile, join(fresh, PASSWORD_FILE));
    // Over an empty folder, too.
    await rename(fresh, dataDir);
    return password;
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof ServerError
      ? error
      : wordFailure("The database could not be made", dataDir, [String(error)]);
  } finally {
    await rm(passwordFile, { force: true });
    await rm(fresh, { recursive: true, force: true });
  }
}

/** What a start that was cut short left. */
async function clearUnfinished(dataDir: string): Promise<void> {
  const parent = dirname(dataDir);
  for (const name of await readdir(parent)) {
    if (name.startsWith(`${basename(dataDir)}.new-`)) await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** `postgres (PostgreSQL) 18.4` → 18 */
async function majorVersion({ postgres }: Programs, account: Account | null, signal?: AbortSignal): Promise<number> {
  const { lines } = await runProgram(postgres, ["--version"], { account, timeoutMs: 10_000, signal });
  return Number(/ (\d+)/.exec(lines.join(" "))?.[1]);
}
