const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * The last time it was `HH:MM` in the device's own time zone, at or before a moment. In the night in which the clocks go
 * back the first of two counts; in that in which they go forward one that is left out comes as much later.
 */
export function lastAt(time: string, moment: Date): Date {
  const at = new Date(moment);
  at.setHours(0, minuteOf(time), 0, 0);
  if (at > moment) {
    at.setDate(at.getDate() - 1);
    at.setHours(0, minuteOf(time), 0, 0);
  }
  return at;
}

/** Where a window such as `02:00-05:00` begins: `02:00`. */
export function startOf(window: string): string {
  return window.split("-")[0] ?? window;
}

/** How long a window is open, by the clock on the wall, in milliseconds. Two equal ends: all day. */
export function lengthOf(window: string): number {
  const [from = 0, to = 0] = window.split("-").map(minuteOf);
  return ((to - from + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES) * MINUTE_MS;
}

/** Whether a window is one that never closes. */
export function isAlwaysOpen(window: string): boolean {
  return lengthOf(window) === DAY_MINUTES * MINUTE_MS;
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return hours * 60 + minutes;
}
