import { tellsOfEnd } from "../../data/dialog-pane.ts";
import type { AppView } from "../../data/live-app.ts";
import { dialogWords as words } from "../../words/dialog.ts";

/** What is said to who doesn't see it: phases as they begin, and that the device is away. Null: nothing new. Pure. */
export function announcement({ status, awaySince }: AppView, watched: string | null = null): string | null {
  if (status === null) return null;
  if (awaySince !== null) return words.phases.away;
  const { state, phase, last_result: result, current_version: current } = status;
  if (state === "checking") return words.overview.checking;
  if (state === "installing") return phase === null ? null : words.phases[phase];
  if (result === "cancelled") return words.overview.cancelled;
  if (!tellsOfEnd(status, watched)) return "";
  return result === "success" && current !== null ? words.ended.nowOn(current) : words.ended.youAreOn(current);
}
