import type { Build, BuildState } from "../builds/types.ts";
import type { ListedBuild } from "../operator/types.ts";
import { harmless, type Io, type Tone } from "./io.ts";
import { ago } from "./times.ts";

const TONES: Readonly<Record<BuildState, Tone>> = {
  queued: "warn",
  running: "strong",
  done: "good",
  failed: "bad",
  withdrawn: "quiet",
};
/** Of a reason in a table, in characters; `show` has all of it. */
const MOST_WORDS = 60;

/** A heading, and a row for each build. */
export function buildRows(io: Pick<Io, "paint">, builds: readonly ListedBuild[], now: Date): string[][] {
  const heads = ["ID", "ASKED", "VERSION", "TARGET", "PROFILE", "STATE", ""].map((text) => io.paint("quiet", text));
  const rows = builds.map((build) => [
    build.id,
    ago(build.enqueuedAt, now),
    harmless(build.version),
    harmless(build.target),
    harmless(build.profile),
    stateWords(io, build),
    harmless(shortened(moreOf(build))),
  ]);
  return [heads, ...rows];
}

export function stateWords(io: Pick<Io, "paint">, { state, step }: Pick<Build, "state" | "step">): string {
  const words = state === "running" && step !== null ? `running: ${step}` : state;
  return io.paint(TONES[state], words);
}

/** Why it waits or failed, or who builds it. */
function moreOf({ state, waitsFor, failure, worker }: ListedBuild): string {
  if (state === "queued") return waitsFor ?? "";
  if (state === "running") return `on ${worker ?? "a worker that has gone"}`;
  return failure === null ? "" : `${failure.code}: ${failure.sentence}`;
}

function shortened(text: string): string {
  return text.length > MOST_WORDS ? `${text.slice(0, MOST_WORDS - 1)}…` : text;
}
