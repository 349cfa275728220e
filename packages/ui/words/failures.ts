import { nextTry } from "../data/next-try.ts";
import type { Ended, Failure } from "../data/update-ended.ts";
import { failures as en, type FailureFacts, type FailuresWords, type FailureWords } from "./en/failures.ts";
import { size, soonTime } from "./format.ts";
import { inLanguage } from "./language.ts";

const words: FailuresWords = inLanguage({ en });

export interface FailureView {
  failure: Failure;
  /** How the update ended; null: it was a check. */
  ended: Pick<Ended, "result" | "kind" | "to"> | null;
  /** When the device checks by itself the next time; null when it doesn't. */
  nextRun: string | null;
  now: number;
}

/** What happened, what was done about it, and what to do next. Pure. */
export function failureWords(view: FailureView): FailureWords & { done: string | null } {
  const { failure, ended } = view;
  const { why, next } = (words.codes[failure.code] ?? words.unknown)(factsOf(view));
  const done = ended && doneAbout(failure, ended);
  // A device's own sentence may tell already what it did.
  return { why: inReadersTime(why, view.now), done: done !== null && why.includes(done) ? null : done, next };
}

/** Why a press came to nothing. */
export function callWords(code: string, message: string, now: number): string {
  const own = words.calls[code];
  if (own !== undefined) return own;
  const { why, next } = (words.codes[code] ?? words.unknown)({ ...NOTHING, message });
  return inReadersTime(next === null ? why : `${why} ${next}`, now);
}

const NOTHING: FailureFacts = {
  version: words.theUpdate,
  message: "",
  detail: null,
  path: null,
  missing: null,
  needed: null,
  free: null,
  again: null,
  isRollback: false,
  isStuck: false,
};

function factsOf({ failure, ended, nextRun, now }: FailureView): FailureFacts {
  const { code, message, detail, path, phase, needed_bytes: needed, free_bytes: free } = failure;
  // Nobody asks a source that is away the moment it may be asked; a limit one waits for.
  const again = code === "rate_limited" ? nextTry(failure.retry_at, nextRun, now) : nextRun;
  return {
    version: failure.version ?? ended?.to ?? words.theUpdate,
    message,
    // Of what went wrong while going back the device's sentence alone says which of the two releases it is about.
    detail: phase === "rolling_back" ? null : detail,
    path,
    missing: needed !== null && free !== null && needed > free ? size(needed - free) : null,
    needed: needed === null ? null : size(needed),
    free: free === null ? null : size(free),
    again: again === null ? null : soonTime(again, now),
    isRollback: ended?.kind === "rollback",
    isStuck: ended?.result === "failed" && failure.back_on === null,
  };
}

/** Before the switch nothing has changed; after it the device went back, unless there was nothing to go back to. */
function doneAbout(
  { back_on: back, phase, code, version }: Failure,
  { result, kind, to }: Pick<Ended, "result" | "kind" | "to">,
) {
  if (result === "undone") return words.asBefore;
  if (kind === "install" && back !== null) return words.wentBack(back);
  if (result !== "failed") return result === "cancelled" ? words.nothingChanged : null;
  if (phase !== null && AFTER_THE_SWITCH.has(phase)) {
    const inPlace = version ?? to;
    // Going back is not taken back again.
    return kind === "rollback" || inPlace === null || code === "no_backup" ? null : words.stays(inPlace);
  }
  return phase === "activating" || phase === "rolling_back" ? null : words.nothingChanged;
}

const AFTER_THE_SWITCH: ReadonlySet<string> = new Set(["restarting", "health_check"]);

/** The device writes moments as programs do: `2026-11-21T14:20:00Z`. */
function inReadersTime(sentence: string, now: number): string {
  return sentence.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g, (moment) => soonTime(moment, now));
}
