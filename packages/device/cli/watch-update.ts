import type { Door } from "./door.ts";
import { EXIT, exitCodeOfOutcome } from "./exit-code.ts";
import { type Followed, followUpdate } from "./follow-update.ts";
import type { Io } from "./io.ts";
import { outcomeWords, waitingWords } from "./words.ts";

/** Watches an update and says how it ended, or until when it waits. Returns the exit code. */
export async function watchUpdate(door: Door, updateId: string, io: Io, json: boolean): Promise<number> {
  return sayHow(await followUpdate(door, updateId, io, json), io, json);
}

/** Says why the watching of an update ended, as JSON or in words. Returns the exit code. */
export function sayHow(followed: Followed, io: Io, json: boolean): number {
  switch (followed.because) {
    case "left":
      return EXIT.interrupted;
    case "waiting":
      io.stdout(json ? `${JSON.stringify(followed.status)}\n` : `${waitingWords(followed.status)}\n`);
      return EXIT.ok;
    case "ended":
      io.stdout(json ? `${JSON.stringify(followed.outcome)}\n` : `${outcomeWords(followed.outcome)}\n`);
      return exitCodeOfOutcome(followed.outcome);
  }
}
