import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Lock } from "@pawl/device/lock";

/** How often it is looked whether another is done: with something short, and with something long. */
const LOOK_EVERY_MS = { turn: 4, fetch: 40 };

/**
 * Who may change what belongs to a place, on this machine: `fetch` is held as long as something is on its way, `turn` for
 * some milliseconds, for what is renamed, held or removed.
 */
export class Turns {
  readonly #dir: string;
  readonly #now: () => Date;

  constructor(dir: string, now: () => Date) {
    this.#dir = dir;
    this.#now = now;
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
    const dir = join(this.#dir, `${place}.${kind}`);
    await mkdir(this.#dir, { recursive: true, mode: 0o755 });
    const attempt = await Lock.tryAcquire(dir, "an ImageBuilder", this.#now());
    return "held" in attempt ? attempt.held : null;
  }
}
