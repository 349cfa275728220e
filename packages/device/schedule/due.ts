import { inWindow } from "../update/policy.ts";
import { isAlwaysOpen, lastAt, lengthOf, startOf } from "./moments.ts";

/** What it depends on whether an app has something to do by itself now. */
export interface Night {
  /** `auto.time`: when its source is asked, every day. */
  time: string;
  /** When it may install by itself; null: at any time. */
  window: string | null;
  /** An update is downloaded and waits for the window. */
  isWaiting: boolean;
  /** The last run; null when none was noted. */
  lastRun: Date | null;
  /** When the device got the app, for one that never ran; null when nobody knows. */
  setUpAt: Date | null;
  /** How much later than others this device begins. */
  jitterMs: number;
}

export interface Due {
  /** The daily moment has passed since the last run. */
  check: boolean;
  /** What waits may begin. */
  window: boolean;
}

/**
 * What is due now. Pure. A daily moment that was missed, because the device slept or was off, is due as soon as it is
 * back; several that were missed are one. A run in the future was noted before the clock was set back and counts as none.
 * One that never ran waits for the first moment after it was set up.
 */
export function whatIsDue({ time, window, isWaiting, lastRun, setUpAt, jitterMs }: Night, now: Date): Due {
  const from = [lastRun, setUpAt].find((at) => at !== null && at <= now) ?? null;
  return {
    check: from !== null && lastAt(time, new Date(now.getTime() - jitterMs)) > from,
    window: isWaiting && mayBegin(window, jitterMs, now),
  };
}

/** Whether the note of the last run says nothing, and has to be made so that what is missed from now on is seen to be missed. */
export function isUnknown(lastRun: Date | null, now: Date): boolean {
  return lastRun === null || lastRun > now;
}

/** Not all devices begin when their windows open; but in the second half of a window each does. */
function mayBegin(window: string | null, jitterMs: number, now: Date): boolean {
  if (window === null || isAlwaysOpen(window)) return true;
  const openFor = now.getTime() - lastAt(startOf(window), now).getTime();
  return inWindow(window, now) && openFor >= Math.min(jitterMs, lengthOf(window) / 2);
}
