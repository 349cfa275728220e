import { mkdir, open } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tryLock } from "../../../flock.ts";

/** How often it is looked whether another is done: with something short, and with something long. */
const LOOK_EVERY_MS = { turn: 10, fetch: 150 };

/**
 * Who may change what belongs to a place, on this machine, containers included: `fetch` is held as long as something is on its way, `turn`
 * for some milliseconds, for what is renamed, held or removed. Whoever is killed has given it back.
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
