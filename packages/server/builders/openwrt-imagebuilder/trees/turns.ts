import { mkdir, open, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isLocked, tryLock } from "../../../flock.ts";

/** How often it is looked whether another is done: with something short, and with something long. */
const LOOK_EVERY_MS = { turn: 10, fetch: 150 };
/** Whoever fetches says so often that it goes on; who hasn't for so long is stopped or hangs. */
const SIGN_EVERY_MS = 5_000;
const HUNG_AFTER_MS = 60_000;
/** Between taking a lock and the first sign lies less than this. */
const FIRST_SIGN_MS = 300;
/** Whoever fetches has the first of these that nobody has, behind those who hang. */
const INSTEAD = ["", ".2", ".3"];

/**
 * Who may change what belongs to a place, on this machine, containers included: `fetch` is held as long as something is on its way, `turn`
 * for some milliseconds, for what is renamed, held or removed. Whoever is killed has given it back. Whoever hangs while it fetches is
 * passed over after a minute: should it go on after all, what two have written is no archive of that sum, and is fetched once more.
 */
export class Turns {
  readonly #dir: string;
  /** Of this process: nobody has to be asked for those. */
  readonly #own = new Set<string>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Waits as long as another has it, and that is alive. */
  async take(place: string, kind: "fetch" | "turn", signal: AbortSignal): Promise<AsyncDisposable> {
    for (;;) {
      signal.throwIfAborted();
      const lock = await this.tryTake(place, kind);
      if (lock) return lock;
      await sleep(LOOK_EVERY_MS[kind] * (0.5 + Math.random()), undefined, { signal });
    }
  }

  /** Null while another has it. */
  async tryTake(place: string, kind: "fetch" | "turn"): Promise<AsyncDisposable | null> {
    const path = join(this.#dir, `${place}.${kind}.lock`);
    return kind === "turn" ? this.#tryLock(path) : this.#tryFetch(INSTEAD.map((each) => path + each));
  }

  async #tryFetch(paths: readonly string[]): Promise<AsyncDisposable | null> {
    for (const [at, path] of paths.entries()) {
      const lock = await this.#tryLock(path);
      if (lock === null) {
        if (this.#own.has(path) || !(await isHung(path))) return null;
        continue;
      }
      const signing = signs(lock, path);
      // One that was begun while another hung, who has ended since.
      for (const later of paths.slice(at + 1)) {
        if (!(await isLocked(later)) || (await isHung(later))) continue;
        await signing[Symbol.asyncDispose]();
        return null;
      }
      return signing;
    }
    return null;
  }

  async #tryLock(path: string): Promise<AsyncDisposable | null> {
    if (this.#own.has(path)) return null;
    this.#own.add(path);
    let lock: AsyncDisposable | null = null;
    try {
      await mkdir(this.#dir, { recursive: true, mode: 0o755 });
      // Never removed: another may have it open.
      await (await open(path, "a", 0o600)).close();
      lock = await tryLock(path);
    } finally {
      if (lock === null) this.#own.delete(path);
    }
    const held = lock;
    if (held === null) return null;
    return {
      [Symbol.asyncDispose]: async () => {
        this.#own.delete(path);
        await held[Symbol.asyncDispose]();
      },
    };
  }
}

/** The lock, and a sign of life as long as it is held: the time of its file. */
function signs(lock: AsyncDisposable, path: string): AsyncDisposable {
  const sign = () => {
    const now = new Date();
    // Where that isn't possible others take this one for hung, and fetch the same besides.
    utimes(path, now, now).catch(() => undefined);
  };
  sign();
  const timer = setInterval(sign, SIGN_EVERY_MS).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await lock[Symbol.asyncDispose]();
    },
  };
}

async function isHung(path: string): Promise<boolean> {
  if (!(await isOld(path))) return false;
  await sleep(FIRST_SIGN_MS);
  return isOld(path);
}

async function isOld(path: string): Promise<boolean> {
  const { mtimeMs } = await stat(path);
  return Date.now() - mtimeMs > HUNG_AFTER_MS;
}
