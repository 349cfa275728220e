import type { DeviceSchemas } from "./device.ts";
import type { AppStatus } from "./live-app.ts";

export type Phase = DeviceSchemas["Phase"];

/** `other`: a step that only newer devices have. */
export type StepName = Phase | "other";

/** A step as the list of steps shows it. `left`: the update was given up before or in it, and the device goes back. */
export interface Step {
  phase: StepName;
  state: "done" | "current" | "ahead" | "left";
  /** Of this step alone, from 0 to 1, where bytes say so; null: it isn't known how much is left. */
  share: number | null;
}

type Running = Pick<AppStatus, "phase" | "progress" | "update">;

const INSTALL: readonly Phase[] = [
  "downloading",
  "verifying",
  "staging",
  "backing_up",
  "activating",
  "restarting",
  "health_check",
];
/** What is on the device already is neither fetched nor unpacked. */
const ROLLBACK: readonly Phase[] = ["backing_up", "activating", "restarting", "health_check"];
const KNOWN: ReadonlySet<Phase> = new Set([...INSTALL, "waiting", "rolling_back"]);

/**
 * The steps of the update that runs, in their order (contract device-api.md §2). Waiting and going back are listed only
 * while they take place. In a step that this page doesn't know it doesn't know what is before and after, either. Pure.
 */
export function updateSteps({ phase, progress, update }: Running): Step[] {
  const share = shareOf(progress);
  if (phase !== null && !KNOWN.has(phase)) return [{ phase: "other", state: "current", share }];
  const names = update?.kind === "rollback" ? ROLLBACK : INSTALL;
  if (phase === "rolling_back") {
    const back: Step = { phase, state: "current", share: null };
    const begun = names.indexOf("activating");
    return [
      ...names.map((name, at): Step => ({ phase: name, state: at < begun ? "done" : "left", share: null })),
      back,
    ];
  }
  const listed = phase === "waiting" ? withWaiting(names) : names;
  // Asked for, and nothing done yet; or a step that this kind of update passes over.
  const current = Math.max(0, phase === null ? 0 : listed.indexOf(phase));
  return listed.map((name, at) => ({
    phase: name,
    state: at < current ? "done" : at === current ? "current" : "ahead",
    share: at === current && name === phase ? share : null,
  }));
}

function withWaiting(names: readonly Phase[]): Phase[] {
  const after = names.indexOf("verifying") + 1;
  return [...names.slice(0, after), "waiting", ...names.slice(after)];
}

function shareOf(progress: Running["progress"]): number | null {
  const { done_bytes: done, total_bytes: total } = progress ?? {};
  return typeof done === "number" && typeof total === "number" && total > 0 ? Math.min(1, done / total) : null;
}
