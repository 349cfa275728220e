import type { Outcome, Status } from "@pawl/protocol";
import type { UpdateError } from "../error.ts";
import { unreachable } from "../update/unreachable.ts";
import { inCliWords } from "./api-words.ts";
import { EXIT, exitCodeOf, exitCodeOfOutcome } from "./exit-code.ts";
import { outcomeWords, waitingWords } from "./words.ts";

/** What came of one app's turn. */
export type Turn =
  /** Its time hasn't come, or its owner wants no daily check. */
  | { did: "nothing" }
  /** What a dead process had left is finished. */
  | { did: "resumed" }
  /** Another process is at it. */
  | { did: "busy" }
  | { did: "checked"; status: Status }
  /** An update is here and waits for its window. */
  | { did: "waiting"; status: Status }
  /** An update was carried out, and ended however it did. */
  | { did: "updated"; outcome: Outcome; isWayBack: boolean }
  | { did: "failed"; error: UpdateError };

/** In one line; null when there is nothing to say. */
export function turnWords(turn: Turn): string | null {
  switch (turn.did) {
    case "nothing":
      return null;
    case "resumed":
      return "Finished an update that was interrupted.";
    case "busy":
      return "An update is running already.";
    case "checked": {
      const { has_update, latest_version } = turn.status;
      return has_update ? `Checked: ${latest_version} is available.` : "Checked: nothing to install.";
    }
    case "waiting":
      return waitingWords(turn.status);
    case "updated":
      return outcomeWords(turn.outcome, turn.isWayBack);
    case "failed":
      return inCliWords(turn.error.message);
    default:
      return unreachable(turn);
  }
}

/** The same for programs. */
export function turnAnswer(turn: Turn): object {
  const { did } = turn;
  switch (did) {
    case "checked":
    case "waiting": {
      const { current_version, latest_version, has_update } = turn.status;
      return { did, current_version, latest_version, has_update };
    }
    case "updated":
      return { did, ...turn.outcome };
    case "failed": {
      const { code, message, fields } = turn.error;
      return { did, error: message, code, ...fields };
    }
    default:
      return { did };
  }
}

/** 0 unless something went wrong: that another process is at it is nothing wrong. */
export function turnExitCode(turn: Turn): number {
  switch (turn.did) {
    case "failed":
      return exitCodeOf(turn.error.code);
    case "updated":
      return exitCodeOfOutcome(turn.outcome);
    default:
      return EXIT.ok;
  }
}
