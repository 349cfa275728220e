import { asUpdateError, type UpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";

/** How long to wait before one tries again, in milliseconds. After the last one it is left to the next process. */
export const TRY_AGAIN_MS: readonly number[] = [1_000, 5_000, 30_000];

/**
 * Tries again what a passing trouble of the disk may hinder. Null when it worked in the end, else the last trouble.
 * Rejects with the signal's reason.
 *
 * @param onTrouble told of each that failed
 */
export async function insist(
  work: () => Promise<void>,
  clock: Pick<Clock, "sleep">,
  signal: AbortSignal,
  onTrouble: (trouble: UpdateError) => void,
): Promise<UpdateError | null> {
  for (let tries = 0; ; tries++) {
    try {
      await work();
      return null;
    } catch (error) {
      const trouble = asUpdateError(error);
      onTrouble(trouble);
      const pause = TRY_AGAIN_MS[tries];
      if (pause === undefined) return trouble;
      await clock.sleep(pause, signal);
    }
  }
}
