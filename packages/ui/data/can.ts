import type { AppStatus, AppView } from "./live-app.ts";

/** Why something can't be pressed at this moment; words/dialog.ts says it in a sentence. */
export type Reason =
  | "not_heard_yet"
  | "away"
  | "refused"
  | "running"
  | "checking"
  | "limited"
  | "nothing_to_install"
  | "no_backup"
  | "not_running"
  | "too_late"
  | "going_back";

/** Whether something may be pressed; else why not. */
export type Can = true | Reason;

type Known = Pick<AppView, "status" | "awaySince" | "trouble">;

/** As long as the device hasn't begun to change, an update can be stopped (contract device-api.md §1, `cancel`). */
const BEFORE_THE_SWITCH: ReadonlySet<AppStatus["phase"]> = new Set([
  "downloading",
  "verifying",
  "waiting",
  "staging",
  "backing_up",
]);

/** To install what the channel has, newer or older; or what only waits for its time. */
export function canInstall(view: Known): Can {
  return whenIdle(view, (status) => (status.release === null && !isWaiting(status) ? "nothing_to_install" : true));
}

export function canGoBack(view: Known): Can {
  return whenIdle(view, (status) => (status.can_roll_back ? true : "no_backup"));
}

/** A source that has said until when it is not to be asked is left alone: asking makes the time longer. */
export function canCheck(view: Known, now: number): Can {
  return whenIdle(view, ({ state, failure }) => {
    if (state === "checking") return "checking";
    const { code, retry_at: until } = failure ?? {};
    return code === "rate_limited" && until && Date.parse(until) > now ? "limited" : true;
  });
}

export function canFollowAnother(view: Known): Can {
  return whenIdle(view, () => true);
}

/** To change what asks nothing of the update that runs: what is skipped, the daily check. */
export function canChoose(view: Known): Can {
  return whenThere(view, () => true);
}

export function canCancel(view: Known): Can {
  return whenThere(view, ({ state, phase, update }) => {
    if (state !== "installing") return "not_running";
    if (BEFORE_THE_SWITCH.has(phase)) return true;
    return phase === "rolling_back" || update?.kind === "rollback" ? "going_back" : "too_late";
  });
}

/** One that only waits for its window lets everything through (contract device-api.md §2). */
export function isWaiting({ state, phase }: Pick<AppStatus, "state" | "phase">): boolean {
  return state === "installing" && phase === "waiting";
}

function whenThere({ status, awaySince, trouble }: Known, then: (status: AppStatus) => Can): Can {
  if (trouble !== null) return "refused";
  if (awaySince !== null) return "away";
  return status === null ? "not_heard_yet" : then(status);
}

function whenIdle(view: Known, then: (status: AppStatus) => Can): Can {
  return whenThere(view, (status) => (status.state === "installing" && !isWaiting(status) ? "running" : then(status)));
}
