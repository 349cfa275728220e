import type { SmallPackage } from "./small-feed.ts";

/** What a run is to say and do. */
export interface Said {
  feed: readonly SmallPackage[];
  asked: readonly string[];
  code: number;
  /** All of it. */
  stderr?: string;
  stdout?: string;
  installed: readonly string[];
}
