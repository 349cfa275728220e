import type { Action } from "../../data/update-actions.ts";

/** Asks the dialog around to do something: it knows the app, and shows what comes of it. */
export function act(from: EventTarget, action: Action): void {
  from.dispatchEvent(new CustomEvent<Action>("pawl-act", { detail: action, bubbles: true, composed: true }));
}
