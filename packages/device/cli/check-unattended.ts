import type { Status } from "@pawl/protocol";
import { checkTrouble } from "./check-trouble.ts";
import type { LocalDoor } from "./door.ts";
import { EXIT } from "./exit-code.ts";
import { followUpdate } from "./follow-update.ts";
import type { Io } from "./io.ts";
import { statusWords } from "./status-words.ts";
import { sayHow, watchUpdate } from "./watch-update.ts";
import { type Common, printAnswer } from "./with-door.ts";

/**
 * What the nightly timer does: goes on with what waited for its window, else checks if `auto.check` says so, and installs
 * if `auto.install` does. Returns the exit code. Throws UpdateError when the check didn't work.
 */
export async function checkUnattended(door: LocalDoor, io: Io, options: Common): Promise<number> {
  const { app, json = false } = options;
  const before = await door.status();
  if (!before.auto.check) return EXIT.ok;
  const waiting = before.phase === "waiting" ? before.update_id : null;
  if (await door.resume()) {
    if (waiting === null) {
      await door.settled();
    } else {
      const followed = await followUpdate(door, waiting, io, json);
      if (followed.because !== "waiting") return sayHow(door, followed, io, options);
    }
  }
  const { status } = await door.check({ force: true });
  const trouble = checkTrouble(status);
  if (trouble) throw trouble;
  if (status.auto.install && status.has_update && !(await wasLeft(door, status))) {
    const { update_id } = await door.install({ force: false, unattended: true });
    return watchUpdate(door, update_id, io, options);
  }
  if (json) printAnswer(io, status);
  else io.stdout(statusWords({ title: door.title, status, now: new Date(), style: io.style.stdout, app }));
  return EXIT.ok;
}

/** Whether the owner's last word was to go back from this very version: then it comes back only when they say so. */
async function wasLeft(door: LocalDoor, { latest_version }: Status): Promise<boolean> {
  const [last] = await door.history(1);
  return last?.kind === "rollback" && last.result === "success" && last.from === latest_version;
}
