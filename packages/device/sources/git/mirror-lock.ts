import { setTimeout as sleep } from "node:timers/promises";
import { Lock } from "../../store/lock.ts";

const LOOK_EVERY_MS = 50;

/**
 * The right to change something that one process at a time may, waited for until `signal` aborts: whoever has it is bounded
 * by its own time limits, and it is free again when its owner is dead.
 */
export async function awaitLock(dir: string, purpose: string, signal: AbortSignal): Promise<Lock> {
  for (;;) {
    signal.throwIfAborted();
    const attempt = await Lock.tryAcquire(dir, purpose, new Date());
    if ("held" in attempt) return attempt.held;
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}
