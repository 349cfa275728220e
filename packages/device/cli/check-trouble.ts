import type { Status } from "@pawl/protocol";
import { UpdateError } from "../error.ts";

/** Why the check that a status follows didn't work, as the error to end with; null when it did. */
export function checkTrouble({ state, failure }: Pick<Status, "state" | "failure">): UpdateError | null {
  if (!failure || state !== "error") return null;
  const { code, message, ...fields } = failure;
  return new UpdateError(code, message, fields);
}
