import type { FailureCode } from "@pawl/protocol";
import { systemError, UpdateError } from "../../error.ts";
import { isMissing } from "../../store/atomic-file.ts";

/** An error of a step, in the step's words; what has words of its own keeps them. */
export function asStepError(error: unknown, code: FailureCode, message: string): UpdateError {
  if (error instanceof UpdateError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  // Which file was missing says less than which step it was missing in.
  const known = isMissing(error) ? null : systemError(error);
  return known ?? new UpdateError(code, message, { detail, cause: error });
}

export function isDiskFull(error: unknown): boolean {
  return asStepError(error, "internal", "").code === "disk_full";
}
