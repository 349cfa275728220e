import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "./types.ts";

/** Timers hold 31 bits; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The device's own time. `sleep` rejects with the signal's reason. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    const end = performance.now() + ms;
    signal.throwIfAborted();
    try {
      for (let left = ms; left > 0; left = end - performance.now()) {
        await wait(Math.min(Math.ceil(left), LONGEST_TIMER_MS), undefined, { signal });
      }
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  },
};
