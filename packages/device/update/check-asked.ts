import type { ApplyRecord, FetchRecord } from "@pawl/protocol";
import { stateOf } from "./phase.ts";
import { forChannel } from "./status.ts";

/** A successful check younger than this is good enough unless the owner insists, in milliseconds (contract §1, `check`). */
const FRESH_MS = 10 * 60_000;

/** What somebody who wants a check is told. `cached`: what is known will do. */
export interface CheckAnswer {
  message: string;
  cached: boolean;
}

export const CHECK_BEGUN: CheckAnswer = { message: "Update check started", cached: false };
export const CHECK_UNDER_WAY: CheckAnswer = { message: "Check already in progress", cached: false };
export const CHECK_BUSY: CheckAnswer = { message: "Busy – try again shortly", cached: false };

/** What a check that is asked for meets, as it stands on disk. */
export interface BeforeCheck {
  fetch: FetchRecord;
  apply: ApplyRecord;
  /** The one that is followed. */
  channel: string;
}

/** Why a check isn't begun now, or null: it is. Pure. */
export function insteadOfCheck(
  { fetch, apply, channel }: BeforeCheck,
  { force, now }: { force: boolean; now: Date },
): CheckAnswer | null {
  const { state, phase } = stateOf(fetch.engine, apply);
  if (state === "checking") return CHECK_UNDER_WAY;
  if (state === "installing" && phase !== "waiting") return CHECK_BUSY;
  if (force) return null;
  const known = forChannel(fetch, channel);
  if (isFresh(known, now)) return { message: "Using cached result", cached: true };
  const limit = known.failure?.code === "rate_limited" ? known.failure : null;
  // Asking all the same would only make the host's limit last longer.
  const isLimited = limit?.retry_at && Date.parse(limit.retry_at) > now.getTime();
  return isLimited ? { message: limit.message, cached: true } : null;
}

/** Whether the last check worked and is young enough. An age below zero says nothing: the clock was set back. */
function isFresh({ last_checked, failure }: FetchRecord, now: Date): boolean {
  if (last_checked === null || failure !== null) return false;
  const age = now.getTime() - Date.parse(last_checked);
  return age >= 0 && age < FRESH_MS;
}
