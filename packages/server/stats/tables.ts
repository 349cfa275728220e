import type { Generated } from "kysely";
import type { Counted } from "./types.ts";

/** `db/migrations/0003-stats.ts`. */
export interface StatsTables {
  counter: CounterTable;
  build_error: BuildErrorTable;
}

/** How often something happened since the beginning of an hour or a day, UTC. */
export interface CounterTable {
  what: Counted;
  since: Date;
  key: string;
  n: number;
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
