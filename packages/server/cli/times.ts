const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** As `ago`, and `12 s ago` below a minute: for what happens every few seconds. */
export function secondsAgo(instant: Date, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - instant.getTime()) / 1_000));
  return seconds < 60 ? `${seconds} s ago` : ago(instant, now);
}

/** `5 minutes ago`, `just now`, `in 2 hours`; null is `never`. */
export function ago(instant: Date | null, now: Date): string {
  if (instant === null) return "never";
  const elapsed = now.getTime() - instant.getTime();
  for (const [unit, ms] of UNITS) {
    if (Math.abs(elapsed) >= ms) return words.format(-Math.trunc(elapsed / ms), unit);
  }
  return "just now";
}
