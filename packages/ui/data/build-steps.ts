import type { ServerSchemas } from "./server.ts";

type Build = ServerSchemas["Build"];
export type BuildStep = NonNullable<Build["step"]>;

/** In the order in which a build takes them. */
const BUILD_STEPS = [
  "start",
  "download",
  "unpack",
  "resolve",
  "assemble",
  "publish",
] as const satisfies readonly BuildStep[];

export interface BuildStepRow {
  step: "wait" | BuildStep;
  state: "done" | "running" | "waiting" | "failed" | "left-out";
  /** How long it took, or has taken so far; null: nobody knows. */
  seconds: number | null;
}

/** What a build has done, does and will do: the wait first, then its steps. @param now in milliseconds since 1970 */
export function buildSteps(build: Build, now: number): BuildStepRow[] {
  const isOver = isEnded(build);
  const at = build.step === null ? -1 : BUILD_STEPS.indexOf(build.step);
  const times = new Map(build.steps.map((each) => [each.step, each]));
  const rows = BUILD_STEPS.map((step, i): BuildStepRow => {
    const time = times.get(step);
    const seconds = time ? between(time.started_at, time.finished_at, now) : null;
    if (build.state === "done") return { step, state: time || times.size === 0 ? "done" : "left-out", seconds };
    if (build.state === "queued") return { step, state: "waiting", seconds: null };
    if (i === at) return { step, state: isOver ? "failed" : "running", seconds };
    if (i < at) return { step, state: time || times.size === 0 ? "done" : "left-out", seconds };
    return { step, state: isOver ? "left-out" : "waiting", seconds: null };
  });
  return [waited(build, now), ...rows];
}

export const isEnded = ({ state }: Pick<Build, "state">) => state !== "queued" && state !== "running";

function waited({ state, enqueued_at, started_at, finished_at }: Build, now: number): BuildStepRow {
  const seconds = between(enqueued_at, started_at ?? finished_at, now);
  return { step: "wait", state: state === "queued" ? "running" : "done", seconds };
}

/** Clocks differ: nothing took less than no time. */
function between(from: string, to: string | null, now: number): number {
  return Math.max(0, ((to === null ? now : Date.parse(to)) - Date.parse(from)) / 1000);
}
