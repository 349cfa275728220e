// Apart from the schema: whoever only words a failure need not load one.
import type { Failure, FailureCode } from "./failure.ts";

/** A failure with the fields that apply; the rest are null. */
export function failure(
  code: FailureCode,
  message: string,
  fields: Partial<Omit<Failure, "code" | "message">> = {},
): Failure {
  return {
    code,
    message,
    version: null,
    back_on: null,
    phase: null,
    retry_at: null,
    needed_bytes: null,
    free_bytes: null,
    path: null,
    detail: null,
    ...fields,
  };
}
