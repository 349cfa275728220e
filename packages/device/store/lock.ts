import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, open, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isAlive, ownIdentity, type ProcessIdentity } from "../system/process-identity.ts";
import { ensureFolder, isMissing, namesIn } from "./atomic-file.ts";
import { readUntrusted } from "./untrusted-file.ts";

/** How many past lock files stay, so that a process which stalled for as many changes of owner still sees it was too late. */
const KEPT = 32;

/** More than any lock file of ours, in bytes. */
const MOST_BYTES = 64 * 1024;

/** Nothing but a lock file that is there is emptied, wherever a link in its place may lead. */
const EMPTY = constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Who holds a lock, and what for, in words for people. */
export interface LockOwner extends ProcessIdentity {
  purpose: string;
  since: string;
}

export type LockAttempt = { held: Lock } | { busy: LockOwner };

/**
 * One lock for a folder, held by one process on this machine at a time, free again the moment its owner is dead.
 *
 * Every change of owner is a new file `<n>`, made whole with link(2): of any number of processes that meet a dead owner
 * at `<n>`, exactly one can make `<n+1>`. Nothing is ever taken away from under a living owner, so there is no moment
 * in which two believe they hold it.
 */
export class Lock implements AsyncDisposable {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Takes the lock or says who has it. Never waits. */
  static async tryAcquire(dir: string, purpose: string, now: Date): Promise<LockAttempt> {
    const own = join(dir, `.${process.pid}-${randomBytes(6).toString("hex")}`);
    let isWritten = false;
    try {
      for (;;) {
        const last = newest(numbersIn(dir));
        const holder = await readOwner(dir, last);
        if (holder && isAlive(holder)) return { busy: holder };
        if (!isWritten) {
          isWritten = true;
          await writeOwner(own, { ...ownIdentity(), purpose, since: now.toISOString() });
        }
        const path = join(dir, String(last + 1));
        if (!(await linkNew(own, path))) continue;
        const numbers = numbersIn(dir);
        // Whoever listed the folder before a long pause may have filled a gap that clean-up left: only the newest counts.
        if (newest(numbers) !== last + 1) {
          await unlink(path).catch(() => undefined);
          continue;
        }
        const past = numbers.filter((number) => number <= last + 1 - KEPT);
        await Promise.all(past.map((number) => unlink(join(dir, String(number))).catch(() => undefined)));
        return { held: new Lock(path) };
      }
    } finally {
      if (isWritten) await unlink(own).catch(() => undefined);
    }
  }

  /** Who holds the lock of a folder now, or null. */
  static async owner(dir: string): Promise<LockOwner | null> {
    const holder = await readOwner(dir, newest(numbersIn(dir)));
    return holder && isAlive(holder) ? holder : null;
  }

  /** Gives the lock back. The file stays, empty: a free lock. That needs no room on the disk. One that is gone is free, too. */
  async [Symbol.asyncDispose](): Promise<void> {
    const file = await open(this.#path, EMPTY).catch((error) => {
      if (isMissing(error)) return null;
      throw error;
    });
    await file?.close();
  }
}

/** The numbers of a folder's lock files. */
function numbersIn(dir: string): number[] {
  return namesIn(dir).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
}

function newest(numbers: readonly number[]): number {
  return Math.max(0, ...numbers);
}

/** What can't be read was cut off by a power cut, or has just been cleaned away: in both cases no living owner. */
async function readOwner(dir: string, number: number): Promise<LockOwner | null> {
  if (number === 0) return null;
  try {
    const bytes = await readUntrusted(join(dir, String(number)), MOST_BYTES);
    if (!bytes?.length) return null;
    const owner = JSON.parse(bytes.toString("utf8")) as Partial<LockOwner>;
    return typeof owner.pid === "number" && owner.boot_id && owner.start_time ? (owner as LockOwner) : null;
  } catch {
    return null;
  }
}

/** A file that doesn't count yet, because its name is no number. Makes the folder when it is missing. */
async function writeOwner(path: string, owner: LockOwner): Promise<void> {
  const write = () => writeFile(path, JSON.stringify(owner), { flag: "wx", mode: 0o644 });
  await write().catch(async (error) => {
    if (!isMissing(error)) throw error;
    await ensureFolder(dirname(path), 0o755);
    await write();
  });
}

async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
