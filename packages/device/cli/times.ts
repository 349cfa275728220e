/** `2026-05-01 04:20`, in the device's time zone, on request with seconds. */
export function localTime(instant: string | Date, to: "minutes" | "seconds" = "minutes"): string {
  const at = new Date(instant);
  const date = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${date} ${clock(at)}${to === "seconds" ? `:${two(at.getSeconds())}` : ""}`;
}

/** `at 04:20` for the next 24 hours, later `on 2026-05-01 at 04:20`. */
export function when(instant: string, now: Date): string {
  const at = new Date(instant);
  const isSoon = at.getTime() - now.getTime() < 86_400_000;
  return isSoon ? `at ${clock(at)}` : `on ${localTime(at).replace(" ", " at ")}`;
}

/** `5 minutes ago`. */
export function ago(instant: string | null, now: Date): string {
  if (instant === null) return "never";
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(instant)) / 1000));
  if (seconds < 60) return "just now";
  const [count, unit] =
    seconds < 3600 ? [seconds / 60, "minute"] : seconds < 86_400 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  const whole = Math.floor(count as number);
  return `${whole} ${unit}${whole === 1 ? "" : "s"} ago`;
}

function clock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
