/** What another program's doctor shares with this one: what a look is, how looks are made, and those at any machine. */
export { run } from "../system/run.ts";
export type { Run, RunResult } from "../system/types.ts";
export { assessTime, lookAtTimeKeeping } from "./clock.ts";
export { assessProblems } from "./config-file.ts";
export { examine } from "./examine.ts";
export { type Check, type Finding, fine, type Reading, trouble, type Verdict, warning } from "./types.ts";
export { showUnit, type Unit } from "./units.ts";
