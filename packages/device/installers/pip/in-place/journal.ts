import type { InstalledRecord } from "../../../store/installed.ts";
import type { Change, KeptWheel } from "./plan-change.ts";

/** What a switch does to the environment, written before it begins. It is done again or undone by this alone. */
export interface Journal {
  previous: string | null;
  next: string;
  /** `ready`: nothing has been changed. `changing`: anything may lie half there. `done`: it came to its end. */
  state: "ready" | "changing" | "done";
  change: Change;
  /** What takes it back: every distribution that was there and is changed or removed. */
  back: KeptWheel[];
  /** The metadata folders of those: what else bears their names is stale. */
  live: string[];
  /** What `pip check` complained of before; none of this update's business. */
  complaints: string[];
  /** What has to be importable. */
  modules: string[];
  /** What counted as installed. */
  record: InstalledRecord | null;
}
