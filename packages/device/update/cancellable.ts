import type { ApplyRecord, FetchRecord, FetchState } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { updateOf } from "./fetch-transition.ts";

/** The id of the update that runs, or null. Pure. Throws UpdateError `busy` when it can't be cancelled any more. */
export function cancellable(fetch: Pick<FetchRecord, "engine">, apply: ApplyRecord): string | null {
  const { engine, last } = apply;
  if (engine.status !== "idle") {
    const isEarly = engine.status === "staging" || engine.status === "backing-up";
    if (!isEarly) throw tooLateToCancel("the new release is being put in place. You can go back afterwards.");
    return engine.update.id;
  }
  const update = updateOf(waitingIn(fetch.engine) ?? fetch.engine);
  return update && last?.id !== update.id ? update.id : null;
}

export function tooLateToCancel(reason: string): UpdateError {
  return new UpdateError("busy", `It is too late to cancel: ${reason}`);
}

/** The update that only waits for its window, also while a check runs beside it; null when there is none. */
export function waitingIn(engine: FetchState): Extract<FetchState, { status: "waiting" }> | null {
  if (engine.status === "checking") return engine.waiting;
  return engine.status === "waiting" ? engine : null;
}
