import { access, constants } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { bootId, isAlive } from "@pawl/device/process-identity";
import type { Logger } from "pino";
import { ServerError } from "../../error.ts";
import { addressFile, type DatabaseAddress, readAddress } from "./address-file.ts";

export interface RunningOptions {
  /** How long a server that isn't there yet is waited for, in milliseconds. Default a minute. */
  patience?: number | undefined;
  log: Logger;
  signal: AbortSignal;
}

const PATIENCE = 60_000;
const LOOK_EVERY = 200;
const CHANGE_LOOK_EVERY = 3_000;

/**
 * The address of the embedded database that a server of this machine has started in that state folder (contract server.md §4). For who
 * shares it and never starts it.
 * @throws ServerError database_unavailable when no server has it, database_failed when this user may not read it
 */
export async function runningAddress(stateDir: string, options: RunningOptions): Promise<string> {
  const { patience = PATIENCE, log, signal } = options;
  const until = performance.now() + patience;
  for (let isTold = false; ; ) {
    signal.throwIfAborted();
    await requireReadable(stateDir);
    const address = await readAddress(stateDir);
    if (address && isServed(address)) return address.url;
    if (performance.now() > until) throw nobodyThere(stateDir);
    if (!isTold) log.warn({ folder: stateDir }, "waiting for the server that has the database in this state folder");
    isTold = true;
    await sleep(LOOK_EVERY, undefined, { signal });
  }
}

/**
 * Ends when the database that was found is at another address: a server that was started again has it where there is room, and may have
 * made it anew. As long as no server runs, it may come back.
 */
export async function addressChange(stateDir: string, url: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(CHANGE_LOOK_EVERY, undefined, { signal, ref: false });
    const address = await readAddress(stateDir);
    if (address && address.url !== url && isServed(address)) return;
  }
}

/** Whether who has written it still runs; one that was killed leaves its file. */
function isServed({ pid, start_time }: DatabaseAddress): boolean {
  return isAlive({ pid, start_time, boot_id: bootId() });
}

async function requireReadable(stateDir: string): Promise<void> {
  try {
    await access(addressFile(stateDir), constants.R_OK);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : null;
    if (code !== "EACCES" && code !== "EPERM") return;
    const sentence = `This user may not read the database's address in ${stateDir}. Run the worker as the user the server runs as, or give it the address as DATABASE_URL.`;
    throw new ServerError("database_failed", sentence, { cause });
  }
}

function nobodyThere(stateDir: string): ServerError {
  const sentence = `No server has a database in ${stateDir}. Start one there first (pawl serve), or say in database.url or DATABASE_URL where the servers' database is.`;
  return new ServerError("database_unavailable", sentence);
}
