import type { ApiState, ApplyRecord, ApplyState, FetchState, Phase } from "@pawl/protocol";
import { endState } from "./outcome.ts";
import { unreachable } from "./unreachable.ts";

/** What the owner's page calls the two halves' states together. */
export function stateOf(fetch: FetchState, apply: ApplyRecord): { state: ApiState; phase: Phase | null } {
  if (apply.engine.status !== "idle") return { state: "installing", phase: applyPhase(apply.engine) };
  if (fetch.status === "idle") return { state: fetch.shows, phase: null };
  if (fetch.status === "checking" && !fetch.update) return { state: "checking", phase: null };
  // The other half may have ended while nobody was there to take note.
  const isOver = fetch.status === "applying" && apply.last?.id === fetch.update.id;
  if (isOver && apply.last) return { state: endState(apply.last), phase: null };
  return { state: "installing", phase: fetchPhase(fetch) };
}

/** The phase of an update before the device changes; null when there is none. */
export function fetchPhase(state: FetchState): Phase | null {
  switch (state.status) {
    case "idle":
      return null;
    case "checking":
      return state.update ? "downloading" : null;
    case "downloading":
    case "verifying":
    case "waiting":
      return state.status;
    case "applying":
      return "staging";
    default:
      return unreachable(state);
  }
}

/** The phase of a state in which the device changes; null when it doesn't. */
export function applyPhase(state: ApplyState): Phase | null {
  switch (state.status) {
    case "idle":
      return null;
    case "staging":
      return "staging";
    case "backing-up":
      return "backing_up";
    case "switching":
      return "activating";
    case "restarting":
    case "making-do":
      return "restarting";
    case "testing":
      return "health_check";
    case "rolling-back":
      return "rolling_back";
    default:
      return unreachable(state);
  }
}
