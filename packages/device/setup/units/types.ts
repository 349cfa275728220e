import type { Config } from "@pawl/protocol";

/** What the units depend on. */
export interface UnitFacts {
  config: Config;
  /** How the unprivileged side reaches root's: through polkit, or, where that can't be, through sudo. */
  way: "polkit" | "sudo";
}

/** A unit file of ours. */
export interface Unit {
  name: string;
  text: string;
}
