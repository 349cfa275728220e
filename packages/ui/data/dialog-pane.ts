import { isWaiting } from "./can.ts";
import type { AppStatus, AppView } from "./live-app.ts";

/** What the dialog shows. `asking`: the device was not heard yet. `refused`: it doesn't want to be asked by this page. */
export type Pane = "asking" | "refused" | "running" | "ended" | "overview";

interface Known {
  view: Pick<AppView, "status" | "trouble">;
  /** The status that told of an end which the reader hasn't put aside yet; it may be over for the device. */
  ended: AppStatus | null;
  /** The reader asked for something, and another update was quicker: that is said first. */
  wasLate: boolean;
}

/** Pure. */
export function paneOf({ view: { status, trouble }, ended, wasLate }: Known): Pane {
  if (trouble !== null) return "refused";
  if (status === null) return "asking";
  const isRunning = status.state === "installing";
  if (isRunning && wasLate) return "overview";
  if (isRunning && !isWaiting(status)) return "running";
  if (ended !== null) return "ended";
  return isRunning ? "running" : "overview";
}

/**
 * Whether a status tells of an end that is worth a page of its own. What the owner cancelled is only mentioned; what went
 * well is old news when there is something newer again, but not to who has `watched` that update: whoever goes back has
 * something newer at once.
 */
export function tellsOfEnd(status: AppStatus, watched: string | null = null): boolean {
  const { state, phase, last_result: result, has_update: isOld, update_id: id } = status;
  const isAtWork = state === "installing" && phase !== "waiting";
  if (isAtWork || result === null || result === "cancelled") return false;
  return !(result === "success" && isOld) || (id !== null && id === watched);
}
