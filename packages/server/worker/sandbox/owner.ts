import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bootId, isAlive, ownIdentity } from "@pawl/device/process-identity";
import { tryLock } from "../../flock.ts";
import { codeOf } from "../../storage/trouble.ts";

let made = 0;
/** Those of this process, by folder; held as long as it lives. */
const locks = new Map<string, Promise<AsyncDisposable>>();

/** A name for what outlives a killed worker: `pawl-4711-88123-1`. It says who made it. */
export function ownedName(): string {
  const { pid, start_time } = ownIdentity();
  made += 1;
  return `pawl-${pid}-${start_time}-${made}`;
}

/** Whether the process that gave something this name still runs; null for any other name. Of this boot: groups don't outlive one. */
export function isOwnerAlive(name: string): boolean | null {
  const [, pid, start_time] = /^pawl-(\d+)-(\d+)-\d+$/.exec(name) ?? [];
  if (pid === undefined || start_time === undefined) return null;
  return isAlive({ pid: Number(pid), boot_id: bootId(), start_time });
}

/**
 * Says in a folder that this process is there, for those who can't see it: in another container it has another number. As long as it lives.
 */
export async function sayThere(folder: string): Promise<void> {
  let lock = locks.get(folder);
  if (!lock) {
    lock = lockOwn(folder);
    locks.set(folder, lock);
  }
  await lock;
}

/**
 * Whether the process that gave something this name has ended, wherever it ran on this machine; false for any other name, and for one of which
 * nothing is said in this folder: a worker with another folder, in another container, may have given it, and live.
 */
export async function isOwnerGone(folder: string, name: string): Promise<boolean> {
  const [, owner] = /^pawl-(\d+-\d+)-\d+$/.exec(name) ?? [];
  if (owner === undefined || isOwnerAlive(name) !== false) return false;
  try {
    await using lock = await tryLock(join(folder, owner));
    return lock !== null;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Removes what processes have said in a folder that have ended. */
export async function forgetOwners(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (await isOwnerGone(folder, `pawl-${name}-0`)) await rm(join(folder, name), { force: true });
  }
}

async function lockOwn(folder: string): Promise<AsyncDisposable> {
  const { pid, start_time } = ownIdentity();
  // Nobody sees it before it is locked.
  const made = join(folder, `.${randomBytes(6).toString("hex")}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(made, "");
  const lock = await tryLock(made);
  if (lock === null) throw new Error(`another process has locked ${made}`);
  await rename(made, join(folder, `${pid}-${start_time}`));
  return lock;
}
