import { randomBytes } from "node:crypto";
import { link, readdir, rename, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, ownIdentity, type ProcessIdentity } from "../system/process-identity.ts";
import { ensureFolder, isMissing } from "./atomic-file.ts";
import { readUntrusted } from "./untrusted-file.ts";

/** How many past lock files stay, so that a process which stalled for as many changes of owner still sees it was too late. */
const KEPT = 32;

/** More than any lock file of ours, in bytes. */
const MOST_BYTES = 64 * 1024;

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
    await ensureFolder(dir, 0o755);
    const owner: LockOwner = { ...ownIdentity(), purpose, since: now.toISOString() };
    const temp = join(dir, `.${process.pid}-${randomBytes(6).toString("hex")}`);
    await writeFile(temp, JSON.stringify(owner), { flag: "wx", mode: 0o644 });
    try {
      for (;;) {
        const last = await newest(dir);
        const holder = last === 0 ? null : await readOwner(join(dir, String(last)));
        if (holder && isAlive(holder)) return { busy: holder };
        const path = join(dir, String(last + 1));
        if (!(await linkNew(temp, path))) continue;
        // Whoever listed the folder before a long pause may have filled a gap that clean-up left: only the newest counts.
        if ((await newest(dir)) !== last + 1) {
          await unlink(path).catch(() => undefined);
          continue;
        }
        await prune(dir, last + 1);
        return { held: new Lock(path) };
      }
    } finally {
      await unlink(temp).catch(() => undefined);
    }
  }

  /** Who holds the lock of a folder now, or null. */
  static async owner(dir: string): Promise<LockOwner | null> {
    const last = await newest(dir);
    const holder = last === 0 ? null : await readOwner(join(dir, String(last)));
    return holder && isAlive(holder) ? holder : null;
  }

  /** Gives the lock back. The file stays, empty: a free lock. */
  async [Symbol.asyncDispose](): Promise<void> {
    const temp = `${this.#path}.free`;
    await writeFile(temp, "");
    await rename(temp, this.#path);
  }
}

async function newest(dir: string): Promise<number> {
  const names = await readdir(dir).catch((error) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.filter((name) => /^\d+$/.test(name)).reduce((highest, name) => Math.max(highest, Number(name)), 0);
}

/** What can't be read was cut off by a power cut, or has just been cleaned away: in both cases no living owner. */
async function readOwner(path: string): Promise<LockOwner | null> {
  try {
    const owner = JSON.parse((await readUntrusted(path, MOST_BYTES))?.toString("utf8") ?? "") as Partial<LockOwner>;
    return typeof owner.pid === "number" && owner.boot_id && owner.start_time ? (owner as LockOwner) : null;
  } catch {
    return null;
  }
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

async function prune(dir: string, current: number): Promise<void> {
  for (const name of await readdir(dir)) {
    const number = /^\d+$/.test(name) ? Number(name) : null;
    if (number !== null && number <= current - KEPT) await unlink(join(dir, name)).catch(() => undefined);
  }
}
