import type { BuildState } from "../builds/types.ts";
import type { Reason } from "./types.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Whoever was told that an image is there, or has begun to fetch it, has this long for it, in milliseconds. Servers write who uses what
 * once a minute.
 */
export const GRACE = HOUR;

/** Until every server has heard that a build's time is over, and has written who was told of it before, in milliseconds. */
export const SETTLING = 3 * MINUTE;

/** Nobody keeps a build for longer after its end by using it, in milliseconds: a first-boot script in it was to be there shortly. */
export const LONGEST_OVERTIME = 6 * HOUR;

/** What is in the store and belongs to no build is left for so long, in milliseconds: a server may be started with the wrong database. */
export const STRAY_AFTER = 24 * HOUR;

/** What is looked at of a build that has ended. */
export interface EndedBuild {
  state: BuildState;
  finished_at: Date | null;
  expires_at: Date | null;
  used_at: Date | null;
  evicted_at: Date | null;
}

/** Why a build goes now; null while it stays. Pure: asked once to plan it, and again when its row is locked. */
export function whyGone(build: EndedBuild, now: Date): Exclude<Reason, "stray"> | null {
  const { state, expires_at, evicted_at } = build;
  if (expires_at === null) return null;
  switch (state) {
    case "queued":
    case "running":
      return null;
    case "withdrawn":
      // Its worker may not know it yet.
      return isPast(expires_at, GRACE, now) ? "withdrawn" : null;
    case "failed":
      return isPast(expires_at, GRACE, now) ? "failed" : null;
    case "done":
      if (!isPast(expires_at, SETTLING, now)) return null;
      if (!isPast(lastUse(build), GRACE, now) && !isPast(expires_at, LONGEST_OVERTIME, now)) return null;
      return evicted_at === null ? "expired" : "over_budget";
  }
}

/** A build that is kept, and might not be. */
export interface Kept {
  id: string;
  bytes: number;
  isSnapshot: boolean;
  usedAt: Date;
}

/**
 * Those whose time is ended so that the rest comes within the budget: snapshots first, since they are out of date the soonest, and what
 * nobody has wanted for longest before all else. Nothing that somebody may be about to fetch. Pure.
 * @param excess bytes that are too much
 */
export function toEvict(kept: readonly Kept[], excess: number, now: Date): Kept[] {
  const evicted: Kept[] = [];
  let freed = 0;
  for (const build of [...kept].sort(firstToGo)) {
    if (freed >= excess) break;
    if (build.bytes === 0 || !isPast(build.usedAt, GRACE, now)) continue;
    evicted.push(build);
    freed += build.bytes;
  }
  return evicted;
}

/** What is known of a build that a copy in the store says it is of. */
export interface CopyOwner {
  state: BuildState;
  /** Which copy is its own. */
  copy: string | null;
  /** Null: nothing is said of its files. */
  bytes: number | null;
  /** Without a first-boot script. */
  is_listed: boolean;
}

/**
 * Whether a copy in the store is nobody's: put halfway, put by a worker that had lost its build, or of a build that no row is left of.
 * @param changedAt by the store's clock
 */
export function isStray(
  { copy, changedAt }: { copy: string | null; changedAt: Date },
  owner: CopyOwner | undefined,
  now: Date,
): boolean {
  if (owner?.state === "done" && (owner.bytes === null || owner.copy === copy)) return false;
  // Nobody publishes it any more once the build has ended.
  const isFenced = owner !== undefined && owner.state !== "queued" && owner.state !== "running";
  return isPast(changedAt, isFenced ? GRACE : STRAY_AFTER, now);
}

export function lastUse({ used_at, finished_at }: Pick<EndedBuild, "used_at" | "finished_at">): Date {
  return new Date(Math.max(used_at?.getTime() ?? 0, finished_at?.getTime() ?? 0));
}

function firstToGo(a: Kept, b: Kept): number {
  if (a.isSnapshot !== b.isSnapshot) return a.isSnapshot ? -1 : 1;
  return a.usedAt.getTime() - b.usedAt.getTime();
}

/** Whether an instant lies at least so many milliseconds back. */
function isPast(instant: Date, ms: number, now: Date): boolean {
  return now.getTime() - instant.getTime() >= ms;
}
