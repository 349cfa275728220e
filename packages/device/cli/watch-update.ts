import type { Door } from "./door.ts";
import { EXIT, exitCodeOfOutcome } from "./exit-code.ts";
import { type Followed, followUpdate } from "./follow-update.ts";
import type { Io } from "./io.ts";
import { mustAct, nextStep } from "./next-step.ts";
import { isWayBack } from "./older.ts";
import { circumstancesOf } from "./owners-trouble.ts";
import type { Common } from "./with-door.ts";
import { outcomeWords, waitingWords } from "./words.ts";

type Watching = Pick<Door, "status" | "isOlder">;

/** Watches an update and says how it ended, or until when it waits. Returns the exit code. */
export async function watchUpdate(door: Door, updateId: string, io: Io, options: Common): Promise<number> {
  return sayHow(door, await followUpdate(door, updateId, io, options.json ?? false), io, options);
}

/** Says why the watching of an update ended, as JSON or in words, and what to do next. Returns the exit code. */
export async function sayHow(door: Watching, followed: Followed, io: Io, { app, json }: Common): Promise<number> {
  switch (followed.because) {
    case "left":
      return EXIT.interrupted;
    case "waiting":
      io.stdout(json ? `${JSON.stringify(followed.status)}\n` : `${waitingWords(followed.status)}\n`);
      return EXIT.ok;
    case "ended": {
      const { outcome } = followed;
      const { failure } = outcome;
      if (json) {
        const error = failure && { error: failure.message, code: failure.code };
        io.stdout(`${JSON.stringify({ success: outcome.result === "success", ...error, ...outcome })}\n`);
        return exitCodeOfOutcome(outcome);
      }
      const mark = outcome.result === "success" ? "" : "✗ ";
      const words = `${mark}${outcomeWords(outcome, isWayBack(outcome, door.isOlder))}`;
      io.stdout(`${io.style.stdout[toneOf(outcome)](words)}\n`);
      const step = failure && nextStep(failure, await circumstancesOf(door, app, failure.code));
      if (step) io.stdout(`${step}\n`);
      return exitCodeOfOutcome(outcome);
    }
  }
}

/** Red only when the person must act: a device that went back by itself works. */
function toneOf({ result, failure }: Extract<Followed, { because: "ended" }>["outcome"]): "accent" | "warn" | "danger" {
  if (result === "success") return "accent";
  return result === "failed" && failure && mustAct(failure.code) ? "danger" : "warn";
}
