import type { ServerSchemas } from "./server.ts";

type Day = ServerSchemas["StatsDays"]["items"][number];

export interface DayFigures {
  day: string;
  /** Answered from what was there. */
  hits: number;
  built: number;
  failures: number;
}

/** All requests of a day, by how they ended: those that were answered at once, built, or failed. */
export function dayFigures(days: readonly Day[]): DayFigures[] {
  return days.map(({ day, builds, hits, failures }) => ({
    day,
    hits,
    failures,
    built: Math.max(0, builds - hits - failures),
  }));
}

/** Which share of all requests was answered from what was there, from 0 to 100; null: nobody has asked. */
export function hitShare(days: readonly DayFigures[]): number | null {
  const hits = days.reduce((sum, day) => sum + day.hits, 0);
  const all = days.reduce((sum, { built, failures }) => sum + built + failures, hits);
  return all === 0 ? null : (hits / all) * 100;
}

/** Builds of each version in the last weeks, most first, without those that nobody wants any more. */
export function versionFigures(
  { items }: ServerSchemas["StatsVersions"],
  weeks: number,
): { version: string; builds: number }[] {
  return items
    .map(({ version, builds }) => ({ version, builds: builds.slice(-weeks).reduce((sum, each) => sum + each, 0) }))
    .filter(({ builds }) => builds > 0)
    .sort((a, b) => b.builds - a.builds);
}

/** The classes up to the last that has any: behind it there is nothing to see. */
export function durationClasses({ classes }: ServerSchemas["StatsDurations"]) {
  const last = classes.findLastIndex(({ builds }) => builds > 0);
  return classes.slice(0, last + 1);
}
