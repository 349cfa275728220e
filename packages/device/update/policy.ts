/** What decides when things are done by themselves. */
export interface Policy {
  /** `HH:MM-HH:MM` in the device's time zone, or null: any time. */
  window: string | null;
}

/** Whether a moment lies in a window such as `02:00-05:00` or `23:00-01:00`, in the device's own time zone. */
export function inWindow(window: string, now: Date): boolean {
  const [from, to] = bounds(window);
  const minute = now.getHours() * 60 + now.getMinutes();
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** When the window opens next; `now` itself when it is open. */
export function opensAt(window: string, now: Date): Date {
  if (inWindow(window, now)) return now;
  const [from] = bounds(window);
  return nextAt(Math.floor(from / 60), from % 60, now);
}

/** The next moment at which the clock shows `HH:MM`. */
export function nextTime(time: string, now: Date): Date {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return nextAt(hours, minutes, now);
}

function nextAt(hours: number, minutes: number, now: Date): Date {
  const at = new Date(now);
  at.setHours(hours, minutes, 0, 0);
  if (at <= now) {
    at.setDate(at.getDate() + 1);
    at.setHours(hours, minutes, 0, 0);
  }
  return at;
}

function bounds(window: string): [number, number] {
  const [from = 0, to = 0] = window.split("-").map((time) => {
    const [hours = 0, minutes = 0] = time.split(":").map(Number);
    return hours * 60 + minutes;
  });
  return [from, to];
}
