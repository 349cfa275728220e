import type { Build } from "../builds/types.ts";
import { stateWords } from "./builds-words.ts";
import { harmless, type Io } from "./io.ts";
import { sizeInWords } from "./sizes.ts";
import { table } from "./table.ts";
import { ago } from "./times.ts";

/** All that is known of a build, for people, with what can be done about it. Pure. */
export function buildDetails(io: Pick<Io, "paint">, build: Build, now: Date): string {
  const { inputs, failure, result, command } = build;
  const title = `${inputs.distribution} ${inputs.version} for ${inputs.profile} (${inputs.target})`;
  const rows = [
    ["id", build.id],
    ["asked for", ago(build.enqueuedAt, now)],
    ...(build.position === null ? [] : [["in front", `${build.position} builds`]]),
    ...(build.waitsFor === null ? [] : [["waits for", build.waitsFor]]),
    ...(build.startedAt === null ? [] : [["begun", `${ago(build.startedAt, now)}, attempt ${build.attempt}`]]),
    ...(build.finishedAt === null ? [] : [["ended", endWords(build, build.finishedAt, now)]]),
    ...(build.expiresAt === null ? [] : [["kept until", `${build.expiresAt.toISOString().slice(0, 16)}Z`]]),
    ["packages", inputs.packages.join(" ") || "those of the device"],
    ...(inputs.defaults === null ? [] : [["script", "there is one for the first boot; it isn't shown"]]),
    ...(command === null ? [] : [["command", command.join(" ")]]),
    ...(failure === null ? [] : [["failed", `${failure.code}: ${failure.sentence}`]]),
    ...(failure?.culprits ?? []).map(({ name, detail }) => ["", `${name}: ${detail}`]),
    ...(result?.images ?? []).map(({ name, size }) => ["image", `${name}, ${sizeInWords(size)}`]),
  ].map(([head = "", text = ""]) => [io.paint("quiet", head), harmless(text)]);
  const next = nextStep(build);
  return (
    `${io.paint("strong", harmless(title))}: ${stateWords(io, build)}\n${table(rows, "  ")}` +
    (next === null ? "" : `${next}\n`)
  );
}

function endWords({ startedAt }: Build, finishedAt: Date, now: Date): string {
  if (startedAt === null) return ago(finishedAt, now);
  return `${ago(finishedAt, now)}, after ${((finishedAt.getTime() - startedAt.getTime()) / 1000).toFixed(1)} s`;
}

function nextStep({ id, state, waitsFor }: Build): string | null {
  if (state === "failed") return `To have it tried again: pawl builds retry ${id}`;
  if (state === "queued" && waitsFor !== null) return "Who could build it: pawl workers";
  return state === "done" ? `To have it built anew by the next who asks: pawl builds drop ${id}` : null;
}
