import { readdir, readFile, readlink, realpath, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import { ServerError } from "../../error.ts";
import { socketFile } from "./postmaster.ts";

/** What each way of ending gets, in milliseconds: like a regular stop, where nobody waits for the end of the statements. */
const STOP = [
  ["SIGINT", 20_000],
  ["SIGQUIT", 5_000],
  ["SIGKILL", 5_000],
] as const;

/**
 * Ends what a killed server left running on a data folder, so that the next PostgreSQL can have it. Only to be called by whoever
 * holds the folder's lock: then nobody alive counts on them. Also removes a `postmaster.pid`, and the lock of a socket, that
 * name nobody of them; PostgreSQL would believe them, should that number be another process by now, or a zombie.
 * @throws ServerError `database_failed` when they can't be ended.
 */
export async function stopLeftOver(dataDir: string, log: Logger, signal?: AbortSignal): Promise<void> {
  const folder = await realpath(dataDir).catch(() => null);
  if (folder === null) return;
  let left = await workingIn(folder);
  if (left.length > 0) log.warn({ pids: left }, "stopping a database that a killed server has left");
  const first = await namedIn(join(dataDir, "postmaster.pid"));
  for (const [how, ms] of STOP) {
    // The first of them ends the others in order. Where it is gone there is no order left to keep.
    const told = how === "SIGINT" ? left.filter((pid) => pid === first) : left;
    for (const pid of told) tell(pid, how);
    const until = performance.now() + (told.length > 0 ? ms : 0);
    while (left.length > 0 && performance.now() < until) {
      await sleep(25, undefined, { signal });
      left = await workingIn(folder);
    }
  }
  if (left.length > 0) {
    const sentence = `A database that a killed server left (process ${left.join(", ")}) can't be stopped; stop it, or start Pawl as its user.`;
    throw new ServerError("database_failed", sentence);
  }
  // A file where the folder should be is for others to complain about.
  for (const lock of [join(dataDir, "postmaster.pid"), `${socketFile(dataDir)}.lock`]) {
    await rm(lock, { force: true }).catch(() => undefined);
  }
}

/** The process that wrote `postmaster.pid`; it may be gone. */
async function namedIn(pidFile: string): Promise<number> {
  return Number.parseInt(await readFile(pidFile, "utf8").catch(() => ""), 10);
}

/** PostgreSQL's processes have their data folder as the working directory, all their lives. */
async function workingIn(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map(async (pid) => ((await isPostgres(pid, folder)) ? [pid] : [])));
  return found.flat();
}

async function isPostgres(pid: number, folder: string): Promise<boolean> {
  // Another user's can't be looked at, and isn't ours.
  if ((await readlink(`/proc/${pid}/cwd`).catch(() => null)) !== folder) return false;
  const program = await readlink(`/proc/${pid}/exe`).catch(() => "");
  // A package that was replaced meanwhile.
  return basename(program.replace(/ \(deleted\)$/, "")) === "postgres";
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended just now; or we may not, which the end of the waiting shows.
  }
}
