import { UpdateError } from "../error.ts";

/** What sets up root's side, and nothing else. */
export const SET_UP_HELPER = "sudo pawl setup helper";

/** What sudo, systemctl and the system itself say when there is nothing to be started, or nobody lets us. */
const NO_WAY = [
  // It warns of other things, too, and goes on.
  /^sudo: .*(password is required|terminal is required|command not found|no new privileges|effective uid|owned by uid 0|unable to execute|no valid sudoers|may not run sudo)/m,
  /^(sudo|systemctl|\S*pawl-apply): (command )?not found$/m,
  /^spawn \S+ (ENOENT|EACCES)$/m,
  /^(Sorry, user|Sorry, try again)/m,
  /^Failed to (start|enqueue|connect)\b.*(not found|Access denied|Permission denied|authentication required|to bus)/m,
  /^Unit pawl-apply@\S+ (not found|could not be found)\.$/m,
];

/** Root's side has not begun, and said why not: null for words that are its own. Pure. */
function isNoWay(words: string): boolean {
  return NO_WAY.some((pattern) => pattern.test(words));
}

/** That nobody carries an update out. `words`: the last that came of it. Pure. */
export function helperMissing(version: string | null, words: string): UpdateError {
  const fields = { version, detail: words || null };
  const message = isNoWay(words)
    ? `Pawl may not change this device by itself, and can't reach the part that may. Run: ${SET_UP_HELPER}`
    : "The part of Pawl that may change this device could not do its work.";
  return new UpdateError("helper_missing", message, fields);
}
