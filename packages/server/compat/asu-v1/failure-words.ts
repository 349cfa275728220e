import type { Culprit } from "../../builders/types.ts";
import type { Build, Failure } from "../../builds/types.ts";
import { unsupportedProfile } from "./validate-build.ts";

/**
 * Why there is no image, as `detail` has it: in the dialect's words where it has some, since clients and their users look
 * for them, else in ours.
 */
export function wordFailure({ failure, inputs }: Pick<Build, "failure" | "inputs">): string {
  return `Error: ${failure === null ? "Error while building firmware. See stdout/stderr" : wordsOf(failure, inputs)}`;
}

/** What was printed, and behind it, where the dialect's first server had the exception, what is at fault as far as it isn't in there. */
export function withReason(stderr: string, { failure }: Pick<Build, "failure">): string {
  const reasons = failure === null ? [] : [failure.sentence, ...failure.culprits.map(({ detail }) => detail)];
  return reasons.reduce((text, reason) => {
    if (text.includes(reason)) return text;
    return text === "" || text.endsWith("\n") ? `${text}${reason}\n` : `${text}\n${reason}\n`;
  }, stderr);
}

function wordsOf(failure: Failure, inputs: Build["inputs"]): string {
  switch (failure.code) {
    case "missing_package":
    case "conflicting_packages":
      return impossibleSelection(failure.culprits);
    case "broken_package":
      return conflictsOf(failure.culprits).length > 0 ? impossibleSelection(failure.culprits) : failure.sentence;
    case "wrong_package_version":
      return wrongVersion(failure);
    case "too_big":
      return "Selected packages exceed device storage";
    case "unknown_profile":
      return unsupportedProfile(inputs.profile);
    case "build_failed":
      return "Error while building firmware. See stdout/stderr";
    default:
      return failure.sentence;
  }
}

/** `Impossible package selection: missing (a, b) conflicts (c, d)` */
function impossibleSelection(culprits: readonly Culprit[]): string {
  const conflicts = conflictsOf(culprits);
  const named = culprits.filter(({ kind }) => kind === "package" || kind === "version").map(({ name }) => name);
  const missing = sorted(named).filter((name) => !conflicts.includes(name));
  const lists = [
    ...(missing.length > 0 ? [`missing (${missing.join(", ")})`] : []),
    ...(conflicts.length > 0 ? [`conflicts (${conflicts.join(", ")})`] : []),
  ];
  return ["Impossible package selection", lists.join(" ")].filter((part) => part !== "").join(": ");
}

/** One package's version isn't as it was asked for: which, and what it is. */
function wrongVersion({ culprits, sentence }: Failure): string {
  const detail = culprits.find(({ kind }) => kind === "version")?.detail ?? sentence;
  return `Impossible package selection: ${detail.replace(/\.$/, "")}`;
}

function conflictsOf(culprits: readonly Culprit[]): string[] {
  return sorted(culprits.flatMap((one) => (one.kind === "conflict" ? [one.name, ...one.with] : [])));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
