const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

const words = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** `5 minutes ago`, `just now`, `in 2 hours`; null is `never`. */
export function ago(instant: Date | null, now: Date): string {
  if (instant === null) return "never";
  const elapsed = now.getTime() - instant.getTime();
  for (const [unit, ms] of UNITS) {
    if (Math.abs(elapsed) >= ms) return words.format(-Math.trunc(elapsed / ms), unit);
  }
  return "just now";
}
