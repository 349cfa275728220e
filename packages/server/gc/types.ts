/** Why something goes. */
export const REASONS = ["expired", "failed", "withdrawn", "over_budget", "stray"] as const;
export type Reason = (typeof REASONS)[number];

/** One build, or one copy in the store, that goes. */
export interface Going {
  build: string;
  reason: Reason;
  /** In the store. */
  bytes: number;
  /** `24.10.5 ath79/generic`; null where nothing is known of it. */
  about: string | null;
  /** When somebody last wanted it, a minute more or less. */
  usedAt: Date | null;
}

export interface Total {
  reason: Reason;
  /** Builds, or copies. */
  count: number;
  bytes: number;
}

/** The last collection of all servers. By the database's clock. */
export interface GcRun {
  beganAt: Date;
  /** Null while it goes on, or when it was cut. */
  endedAt: Date | null;
  /** Why it broke off, in a sentence. */
  trouble: string | null;
  /** Of the last that came to its end, which may be one before. */
  report: GcReport | null;
}

/** What one collection did, or would do. */
export interface GcReport {
  dryRun: boolean;
  /** Another process was at it: nothing was done. */
  busy: boolean;
  /** False when time ran out before everything was looked at; the next one goes on. */
  whole: boolean;
  /** What went, by reason; reasons without anything are left out. */
  removed: readonly Total[];
  /** The first of what went, builds with a first-boot script left out. */
  listed: readonly Going[];
  /** Builds whose time was ended for the budget's sake: they go next time, unless somebody wants them until then. */
  evicted: { count: number; bytes: number };
  /** What could not be removed; it is tried again. */
  failed: number;
  /** Names of requests that no build was left of. */
  aliases: number;
  /** Bytes of builds that are kept, and what they may take. */
  kept: number;
  budget: number;
}
