import { isAlwaysOpen, lengthOf, startOf } from "./moments.ts";
import type { AppTimes } from "./times.ts";

const HEAD = `# Written by Pawl, from pawl.yaml and what was chosen on this device (pawl auto), whenever one of them changes.
[Timer]
`;

/**
 * The drop-in that has `pawl-check.timer` elapse when the apps want it: at each daily check, and when a window opens.
 * Without any app that wants something the timer keeps the time of its own file, and what it starts finds nothing to do.
 */
export function dropIn(apps: readonly AppTimes[]): string {
  if (apps.length === 0) return HEAD;
  const windows = apps.flatMap(({ window }) => (window === null || isAlwaysOpen(window) ? [] : [window]));
  const times = [...apps.map(({ time }) => time), ...windows.map(startOf)];
  // The empty one takes back the time of the timer's own file (systemd.timer(5)).
  const lines = ["", ...[...new Set(times)].sort().map((time) => `*-*-* ${time}:00`)];
  return `${HEAD}${lines.map((line) => `OnCalendar=${line}\n`).join("")}RandomizedDelaySec=${delaySeconds(apps, windows)}s\n`;
}

/** One timer has one delay: as long as any app's, but no window has begun to close when the last device begins. */
function delaySeconds(apps: readonly AppTimes[], windows: readonly string[]): number {
  const widest = Math.max(...apps.map(({ jitterMs }) => jitterMs));
  const halves = windows.map((window) => lengthOf(window) / 2);
  return Math.floor(Math.min(widest, ...halves) / 1000);
}
