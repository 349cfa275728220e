import { UpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";
import { Lock } from "./lock.ts";

/** A change takes a few milliseconds; who waits longer than this for another's, waits for something that is broken. */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 20;

/**
 * A lock that is held for a moment only, waited for. Throws UpdateError `busy` when its turn doesn't come.
 *
 * @param what it guards, in the words of a sentence: `The settings are`
 */
export async function turn(lockDir: string, what: string, clock: Clock): Promise<Lock> {
  const never = new AbortController().signal;
  for (const until = clock.monotonic() + WAIT_MS; ; await clock.sleep(LOOK_EVERY_MS, never)) {
    const attempt = await Lock.tryAcquire(lockDir, what, clock.now());
    if ("held" in attempt) return attempt.held;
    if (clock.monotonic() > until) {
      throw new UpdateError("busy", `${what} being changed by another program. Try again in a moment.`);
    }
  }
}
