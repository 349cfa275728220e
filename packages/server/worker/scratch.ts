import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { bootId, isAlive, ownIdentity } from "@pawl/device/process-identity";
import type { Logger } from "pino";
import { isLocked, tryLock } from "../flock.ts";
import { removeTree } from "./sandbox/index.ts";

/** Where builds of one worker have their files while they run. Its name says whose it is, so that somebody can clear up after it. */
export class Scratch implements AsyncDisposable {
  readonly #folder: string;
  readonly #lock: AsyncDisposable;
  readonly #log: Logger;
  /** By path: folders that are being removed, which nobody waits for. */
  readonly #going = new Map<string, Promise<void>>();

  private constructor(folder: string, lock: AsyncDisposable, log: Logger) {
    this.#folder = folder;
    this.#lock = lock;
    this.#log = log;
  }

  /**
   * In `root`, which other workers of this machine may share.
   * @param worker its id: hex digits
   */
  static async open(root: string, log: Logger, worker = randomBytes(4).toString("hex")): Promise<Scratch> {
    await mkdir(root, { recursive: true });
    const { pid, start_time } = ownIdentity();
    const folder = join(root, `${pid}-${start_time}-${worker}`);
    // Nobody sees it before it is locked.
    const made = join(root, `.${worker}`);
    await mkdir(made);
    const lock = await tryLock(made);
    if (lock === null) throw new Error(`another process has locked ${made}`);
    await rename(made, folder);
    return new Scratch(folder, lock, log);
  }

  /**
   * Empty. Disposing of it begins to remove it: what a build has written may be many files, and its answer doesn't wait for them. The
   * next folders do, when too many are being removed.
   */
  async folder(name: string): Promise<AsyncDisposable & { path: string }> {
    const path = join(this.#folder, name);
    await this.#going.get(path);
    while (this.#going.size > MOST_GOING) await Promise.race(this.#going.values());
    await makeEmpty(path, this.#log);
    return { path, [Symbol.asyncDispose]: async () => this.#remove(path) };
  }

  #remove(path: string): void {
    const going = remove(path, this.#log).finally(() => this.#going.delete(path));
    this.#going.set(path, going);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#going.values());
    await remove(this.#folder, this.#log);
    await this.#lock[Symbol.asyncDispose]();
  }
}

/** Each may be as large as a build's disk limit. */
const MOST_GOING = 2;
const REMOVE_MS = 600_000;

/** A worker's folder. */
export interface ScratchOf {
  worker: string;
  path: string;
  /** Its process is among those that this one can see: not in another container. */
  isHere: boolean;
  /** Not so that its process has been killed, or has ended without clearing up. */
  isAlive: boolean;
}

/** The folders that workers of this machine have, or have left. */
export async function scratchesIn(root: string): Promise<ScratchOf[]> {
  const names = await readdir(root).catch(() => []);
  const found = await Promise.all(names.map((name) => scratchOf(root, name)));
  return found.filter((scratch) => scratch !== null);
}

/** Where nobody has that number it may be another container's: then the lock tells. */
async function scratchOf(root: string, name: string): Promise<ScratchOf | null> {
  const [, pid, start_time, worker] = /^(\d+)-(\d+)-([0-9a-f]+)$/.exec(name) ?? [];
  if (pid === undefined || start_time === undefined || worker === undefined) return null;
  const path = join(root, name);
  const isHere = isAlive({ pid: Number(pid), start_time, boot_id: bootId() });
  return { worker, path, isHere, isAlive: isHere || (await isLocked(path)) };
}

/** What nobody works in any more. Several may do it at once. */
export async function removeScratch({ path }: ScratchOf, log: Logger): Promise<void> {
  log.info({ folder: path }, "what a worker has left is removed");
  await remove(path, log);
}

async function makeEmpty(path: string, log: Logger): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    await remove(path, log);
    await mkdir(path);
  }
}

/** What can't be removed now is removed once this worker has ended, too. */
async function remove(path: string, log: Logger): Promise<void> {
  const trouble = await removeTree(path, AbortSignal.timeout(REMOVE_MS)).catch(String);
  if (trouble !== null) log.warn({ trouble, path }, "a build's folder could not be removed");
}
