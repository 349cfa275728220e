/** What decides when things are done by themselves. */
export interface Policy {
  /** `HH:MM-HH:MM` in the device's time zone, or null: any time. */
  window: string | null;
}

/** Whether a moment lies in a window such as `02:00-05:00` or `23:00-01:00`, in the device's own time zone. Two equal ends: always. */
export function inWindow(window: string, now: Date): boolean {
  const [from, to] = bounds(window);
  const minute = now.getHours() * 60 + now.getMinutes();
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** When the window opens next; `now` itself when it is open. */
export function opensAt(window: string, now: Date): Date {
  if (inWindow(window, now)) return now;
  const [from] = bounds(window);
  const at = new Date(now);
  at.setHours(0, from, 0, 0);
  // In the night in which the clocks go forward a short window may not take place at all.
  while (at <= now || !inWindow(window, at)) {
    at.setDate(at.getDate() + 1);
    at.setHours(0, from, 0, 0);
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
