import type { Counted } from "./types.ts";

type Period = "day" | "month" | "year";

/** What becomes of counts once they are so old: fewer rows, the same sums. */
export interface Tier {
  name: string;
  /** Days that a period lies back before it is its turn. */
  after: number;
  /** What is looked at at a time. */
  step: Period;
  /** What its counts are of from then on. */
  to: Period;
  /** So many keys stay, most first, of each group (`roll-up.ts`); the rest is `other`. Left out: all stay. */
  keep?: number;
}

/** The hours of the last 24 are asked for, and the days of the last 30. */
const DAYS: Tier = { name: "days", after: 1, step: "day", to: "day" };
const MONTHS: Tier = { name: "months", after: 32, step: "day", to: "month" };
const YEARS: Tier = { name: "years", after: 400, step: "month", to: "year" };

const FEW_KEYS: readonly [Tier, ...Tier[]] = [DAYS, MONTHS, YEARS];

/** Days that are over have their long tail cut, and so have months and years. */
function trimmed(day: number, month: number): readonly [Tier, ...Tier[]] {
  return [
    { ...DAYS, keep: day },
    MONTHS,
    { name: "trimmed months", after: 65, step: "month", to: "month", keep: month },
    YEARS,
    { name: "trimmed years", after: 800, step: "year", to: "year", keep: month },
  ];
}

/** In the order in which a count goes through them; with the first it leaves `counter` for `counter_rolled`. At most 500 of each kind are ever shown. */
export const TIERS: Readonly<Record<Counted, readonly [Tier, ...Tier[]]>> = {
  "build-request": FEW_KEYS,
  "build-hit": FEW_KEYS,
  "build-miss": FEW_KEYS,
  "build-success": FEW_KEYS,
  "build-failure": FEW_KEYS,
  failure: FEW_KEYS,
  "build-duration": FEW_KEYS,
  // By the day for 26 weeks.
  version: [DAYS, { ...MONTHS, after: 200 }, YEARS],
  build: trimmed(200, 100),
  "build-seconds": trimmed(0, 0),
  package: trimmed(600, 300),
  client: trimmed(500, 200),
  "upgrade-check": trimmed(200, 100),
};
