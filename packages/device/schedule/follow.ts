import { asUpdateError } from "../error.ts";
import type { Applying } from "../hand-over.ts";
import type { NightlyFile } from "../store/nightly.ts";
import { turn } from "../store/turn.ts";
import type { Clock } from "../system/types.ts";

/** How long the owner's answer waits for the timer, in milliseconds. */
const SCHEDULED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

export interface FollowParts {
  /** Of the daily check, when its time is another; null when it stays. */
  nightly: Pick<NightlyFile, "note"> | null;
  /** Has root write the timer anew; null, or gives null, where there is no timer. */
  reschedule: (() => Applying | null) | null;
  /** Held meanwhile: asked while it runs, root's side would take the second time for the first. */
  lockDir: string;
  clock: Clock;
  signal: AbortSignal;
  /** A sentence for the owner, whose choice holds all the same. */
  onTrouble(words: string): void;
}

/**
 * Has everything that looks at the clock follow the times an owner has chosen. Never rejects, and ends within about ten
 * seconds; what takes root longer goes on.
 */
export async function followTimes({ nightly, ...parts }: FollowParts): Promise<void> {
  const { onTrouble, signal } = parts;
  try {
    // A time that has passed today wasn't missed: nobody wanted it then. Before the timer, which may elapse at once.
    await nightly?.note();
    const end = await scheduled(parts);
    if (end && end.code !== 0) onTrouble(trouble(end.words || `It ended with code ${end.code}.`));
  } catch (error) {
    if (signal.aborted) return;
    const { message, fields } = asUpdateError(error);
    onTrouble(trouble(fields.detail ?? message));
  }
}

/** How root's process ended; null when it still runs, or when there is none. */
async function scheduled({
  reschedule,
  lockDir,
  clock,
  signal,
}: Omit<FollowParts, "nightly">): Promise<ReturnType<Applying["ended"]>> {
  if (reschedule === null) return null;
  await using _turn = await turn(lockDir, "The timer is", clock);
  const process = reschedule();
  for (const until = clock.monotonic() + SCHEDULED_WITHIN_MS; process && clock.monotonic() < until; ) {
    const end = process.ended();
    if (end) return end;
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
  return null;
}

function trouble(why: string): string {
  return `The new time is stored, but the timer doesn't follow it yet; sudo pawl setup sets it. ${why}`;
}
