import { setTimeout as sleep } from "node:timers/promises";
import { isPassing } from "../db/trouble.ts";

/** Pauses grow from the first to the last of these, ± 20 %, in milliseconds. */
const PAUSE = { first: 100, last: 1_500 };

/**
 * Writes down how an attempt ended, again while the database is away for a moment: what was built is too much work to throw it away
 * for that. Not for longer than `patience` milliseconds, after which the build is somebody else's anyway; that it isn't yet is for `write`
 * to see to, which may be called again after it has succeeded without anybody hearing of it.
 * @throws what `write` throws when that isn't a passing trouble of the database, or when the time is over
 */
export async function throughBlips<T>(
  write: () => Promise<T>,
  { patience, isOver, onTrouble }: { patience: number; isOver(): boolean; onTrouble(error: unknown): void },
): Promise<T> {
  const until = performance.now() + patience;
  for (let pause = PAUSE.first; ; pause = Math.min(pause * 2, PAUSE.last)) {
    try {
      return await write();
    } catch (error) {
      const next = pause * (0.8 + Math.random() * 0.4);
      if (!isPassing(error) || isOver() || performance.now() + next > until) throw error;
      onTrouble(error);
      await sleep(next);
    }
  }
}
