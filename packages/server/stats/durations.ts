/** Upper ends of the classes that builds are counted in by how long they took, in seconds. The last one has no end. */
const BOUNDS = [
  1, 2, 3, 5, 7, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1_200, 1_800, 2_700, 3_600, 7_200,
  72_000,
] as const;

/** Key of `build-duration`: which class a build belongs to. */
export function durationKey(ms: number): string {
  const seconds = ms / 1000;
  return String(BOUNDS.find((bound) => seconds <= bound) ?? BOUNDS.at(-1));
}

export interface DurationClass {
  /** Its builds took at most so many seconds, and more than those of the class before. */
  seconds: number;
  builds: number;
}

/** So many seconds took the fastest `share` of all builds at most, as if those of a class were spread evenly over it; null without any. */
export function percentile(classes: readonly DurationClass[], share: number): number | null {
  const total = classes.reduce((sum, { builds }) => sum + builds, 0);
  let before = 0;
  for (const { seconds, builds } of classes) {
    if (builds > 0 && before + builds >= total * share) {
      const from = BOUNDS.filter((bound) => bound < seconds).at(-1) ?? 0;
      const inside = (total * share - before) / builds;
      return Math.round((from + (seconds - from) * inside) * 10) / 10;
    }
    before += builds;
  }
  return null;
}
