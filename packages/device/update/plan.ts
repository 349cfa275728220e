import type { ApplyState, FetchState, Move, Release, Update } from "@pawl/protocol";
import type { ApplyEvent } from "./apply-transition.ts";
import { inWindow, type Policy } from "./policy.ts";
import { unreachable } from "./unreachable.ts";

/** What the unprivileged side can do next. */
export type FetchStep =
  | { action: "resolve"; update: Update | null }
  | { action: "download"; update: Update; release: Release }
  | { action: "verify"; update: Update; release: Release }
  | { action: "open-window" }
  | { action: "hand-over"; update: Update; release: Release | null };

/** What root can do next. */
export type ApplyStep =
  | { action: "stage"; update: Update; release: Release }
  | { action: "back-up"; update: Update; move: Move }
  | { action: "switch"; update: Update; move: Move }
  | { action: "restart"; update: Update; move: Move }
  | { action: "test"; update: Update; move: Move }
  | { action: "roll-back"; update: Update; move: Move; result: "undone" | "rolled_back" | "cancelled" }
  | { action: "make-do"; update: Update; move: Move };

/** The next thing to do before the device changes, or null: nothing. Pure: the same state, policy and time give the same step. */
export function planFetch(state: FetchState, policy: Policy, now: Date): FetchStep | null {
  switch (state.status) {
    case "idle":
      return null;
    case "checking":
      return { action: "resolve", update: state.update };
    case "downloading":
      return { action: "download", update: state.update, release: state.release };
    case "verifying":
      return { action: "verify", update: state.update, release: state.release };
    case "waiting":
      // Nobody sits and waits: the timer fires again when the window opens.
      return policy.window === null || inWindow(policy.window, now) ? { action: "open-window" } : null;
    case "applying":
      return { action: "hand-over", update: state.update, release: state.release };
    default:
      return unreachable(state);
  }
}

/** The next thing to do to the device, or null. What a power cut left is brought in line first, by the event `interrupted`. */
export function planApply(state: ApplyState): ApplyStep | null {
  switch (state.status) {
    case "idle":
      return null;
    case "staging":
      return { action: "stage", update: state.update, release: state.release };
    case "backing-up":
      return { action: "back-up", update: state.update, move: state.move };
    case "switching":
      return { action: "switch", update: state.update, move: state.move };
    case "restarting":
      return { action: "restart", update: state.update, move: state.move };
    case "testing":
      return { action: "test", update: state.update, move: state.move };
    case "rolling-back":
      return { action: "roll-back", update: state.update, move: state.move, result: state.result };
    case "making-do":
      return { action: "make-do", update: state.update, move: state.move };
    default:
      return unreachable(state);
  }
}

/** For each step of a plan, what carries it out. The compiler refuses a table that lacks one. */
export type Executors<Step extends { action: string }, Event> = {
  [A in Step["action"]]: (step: Extract<Step, { action: A }>, signal: AbortSignal) => Promise<Event>;
};

export type ApplyExecutors = Executors<ApplyStep, ApplyEvent>;
