import type { Outcome, Release, Status } from "@pawl/protocol";
import { UpdateError } from "../error.ts";
import { checkTrouble } from "./check-trouble.ts";
import type { LocalDoor } from "./door.ts";
import type { Followed } from "./follow-update.ts";

/** What an app did by itself. */
export type Night =
  /** Its owner wants no daily check. */
  | { did: "nothing" }
  | { did: "check"; status: Status }
  /** An update was begun, or gone on with. */
  | { did: "update"; followed: Followed };

/**
 * One app's night: goes on with what waited for its window, else checks if `auto.check` says so, and installs if
 * `auto.install` does. `follow` sees an update to its end. Throws UpdateError when the check didn't work, and `busy` when
 * another process is at it.
 */
export async function night(door: LocalDoor, follow: (updateId: string) => Promise<Followed>): Promise<Night> {
  const before = await door.status();
  if (!before.auto.check) return { did: "nothing" };
  const waiting = before.phase === "waiting" ? before.update_id : null;
  if (await door.resume()) {
    if (waiting === null) {
      await door.settled();
    } else {
      const followed = await follow(waiting);
      if (followed.because !== "waiting") return { did: "update", followed };
    }
  }
  const { status } = await door.check({ force: true });
  const trouble = checkTrouble(status);
  if (trouble) throw trouble;
  if (status.last_checked === before.last_checked) throw new UpdateError("busy", "Another process kept the check off.");
  const [last] = await door.history(1);
  if (!status.auto.install || !status.has_update || wasLeft(last, status.release)) return { did: "check", status };
  const updateId = await begin(door);
  return updateId === null ? { did: "check", status } : { did: "update", followed: await follow(updateId) };
}

/** Null: there is nothing to carry out when nobody asks for it, such as a release that has failed here already. */
async function begin(door: LocalDoor): Promise<string | null> {
  try {
    return (await door.install({ force: false, unattended: true })).update_id;
  } catch (error) {
    if (error instanceof UpdateError && error.code === "up_to_date") return null;
    throw error;
  }
}

/**
 * Whether the owner's last word was to go back from this very release: then it comes back only when they say so. Of one
 * version a branch may have many commits: another one is another release. Pure.
 */
export function wasLeft(
  last: Pick<Outcome, "kind" | "result" | "from" | "from_commit"> | undefined,
  offered: Pick<Release, "version" | "commit"> | null,
): boolean {
  if (last?.kind !== "rollback" || last.result !== "success" || offered === null) return false;
  const isOtherCommit = last.from_commit && offered.commit && last.from_commit !== offered.commit;
  return last.from === offered.version && !isOtherCommit;
}
