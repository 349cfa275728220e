import type { Generated } from "kysely";
import type { Counted } from "./types.ts";

/** `db/migrations/0003-stats.ts`, `0010-clean-up.ts`. */
export interface StatsTables {
  counter: CounterTable;
  counter_rolled: CounterTable;
  /** Both. */
  counted: CounterTable;
  counter_rolling: CounterRollingTable;
  build_error: BuildErrorTable;
}

/** How often something happened since the beginning of an hour, a day, a month or a year, UTC: coarser with age (`tiers.ts`). */
export interface CounterTable {
  what: Counted;
  since: Date;
  key: string;
  n: number;
}

/** How far counts are rolled up. */
export interface CounterRollingTable {
  what: Counted;
  /** A tier's name. */
  tier: string;
  /** All before was done. */
  until: Date;
}

export interface BuildErrorTable {
  /** Rises with time: the oldest go first. */
  id: Generated<number>;
  at: Date;
  version: string;
  target: string;
  profile: string;
  message: string;
}
