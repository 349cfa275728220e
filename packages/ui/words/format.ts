import { format as en, type FormatWords } from "./en/format.ts";
import { formatLanguage, inLanguage } from "./language.ts";

const words: FormatWords = inLanguage({ en });
const language = formatLanguage({ en });

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

/** `14.2 MB`, in powers of 1000, with one decimal where one says something. */
export function size(bytes: number): string {
  let step = 0;
  let amount = bytes;
  // What would be rounded to 1,000 of a unit is one of the next.
  while (Math.abs(amount) >= (step === 0 ? 1000 : 999.5) && step < UNITS.length - 1) {
    amount /= 1000;
    step += 1;
  }
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: UNITS[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 0 || Math.abs(amount) >= 99.95 ? 0 : 1,
  }).format(amount);
}

/** `8.1 of 14.2 MB`; each with its unit where they differ. */
export function sizeOf(done: number, total: number): string {
  const [ofDone, ofTotal] = [size(done), size(total)];
  const unit = /[^\d.,\s].*$/.exec(ofTotal)?.[0] ?? "";
  const short = unit !== "" && ofDone.endsWith(unit) ? ofDone.slice(0, -unit.length).trimEnd() : ofDone;
  return words.of(short, ofTotal);
}

export const rate = (bytesPerSecond: number) => words.atSpeed(size(bytesPerSecond));

/** `5 s`, `3 min`, `2 h`: as long as something takes. Clocks differ: nothing takes less than no time. */
export function duration(exact: number): string {
  const seconds = Math.max(0, exact);
  if (seconds < 90) return words.seconds(number(Math.round(seconds)));
  if (seconds < 90 * 60) return words.minutes(number(Math.round(seconds / 60)));
  return words.hours(number(Math.round(seconds / 3600)));
}

/** `about 1 minute`, for what is to come. */
export function aboutDuration(seconds: number): string {
  const [value, unit] = seconds < 55 ? [Math.max(5, Math.round(seconds / 5) * 5), "second"] : [seconds / 60, "minute"];
  const rounded = Math.max(1, Math.round(value));
  return words.about(new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(rounded));
}

export const timeLeft = (seconds: number) => words.secondsLeft(duration(seconds));

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** `5 minutes ago`, `in 3 hours`, `just now`. Whole ones: neither "yesterday" nor "last week" is said of a part of it. */
export function relativeTime(at: string | number | Date, now = Date.now()): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) < length) continue;
    return new Intl.RelativeTimeFormat(language, { numeric: "always" }).format(Math.trunc(seconds / length), unit);
  }
  return words.justNow;
}

/** The same of what is over: the clock of who wrote it down may be ahead of the reader's. */
export function ago(at: string | number | Date, now = Date.now()): string {
  return relativeTime(Math.min(new Date(at).getTime(), now), now);
}

/** The exact time in the reader's zone: `21 November 2026 at 14:20:05`. */
export function exactTime(at: string | number | Date): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "medium" }).format(new Date(at));
}

/** `14:20` today, with its day on any other. */
export function clockTime(at: string | number | Date, now = Date.now()): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now).toDateString();
  const time = { hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat(
    language,
    isToday ? time : { weekday: "short", day: "numeric", month: "short", ...time },
  ).format(date);
}

/** `04:20`: of what comes within a day it goes without saying which. */
export function soonTime(at: string, now: number): string {
  const ms = Date.parse(at) - now;
  return clockTime(at, ms > 0 && ms < 86_400_000 ? Date.parse(at) : now);
}

/** `21 Nov`, for a day that is counted in UTC. */
export const shortDay = (at: string | number | Date) =>
  new Intl.DateTimeFormat(language, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(at));

export const number = (value: number) => new Intl.NumberFormat(language).format(value);
export const percent = (value: number) =>
  new Intl.NumberFormat(language, { style: "percent" }).format(Math.floor(value) / 100);
/** `a, b and c` */
export const list = (items: readonly string[]) => new Intl.ListFormat(language, { type: "conjunction" }).format(items);
