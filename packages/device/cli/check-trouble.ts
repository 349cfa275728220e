import type { Status } from "@pawl/protocol";
import { UpdateError } from "../error.ts";

/**
 * Why the check that a status follows didn't work, as the error to end with; null when it did. What an update failed with
 * stays on status until it was seen, and is no trouble of a check: it names the phase it happened in.
 */
export function checkTrouble({ state, failure }: Pick<Status, "state" | "failure">): UpdateError | null {
  if (!failure || state !== "error" || failure.phase !== null) return null;
  const { code, message, ...fields } = failure;
  return new UpdateError(code, message, fields);
}
