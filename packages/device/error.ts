import type { Failure, FailureCode } from "@pawl/protocol";
import { failure } from "@pawl/protocol/make-failure";
import { TrustError } from "@pawl/trust/error";

type Fields = Partial<Omit<Failure, "code" | "message">>;

/** The one error of the device: a code for programs, a sentence for people, the numbers that belong to it, and what caused it. */
export class UpdateError extends Error {
  override readonly name = "UpdateError";
  readonly code: FailureCode;
  readonly fields: Fields;

  constructor(code: FailureCode, message: string, options: Fields & { cause?: unknown } = {}) {
    const { cause, ...fields } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fields = fields;
  }

  /** As it is stored and shown. */
  toFailure(more: Fields = {}): Failure {
    return failure(this.code, this.message, { ...this.fields, ...more });
  }
}

/** Anything thrown as an UpdateError; what we did not foresee becomes `internal`, with its message as the detail. */
export function asUpdateError(error: unknown): UpdateError {
  if (error instanceof UpdateError) return error;
  if (error instanceof TrustError) return new UpdateError(error.code, error.message, { cause: error });
  const system = systemError(error);
  if (system) return system;
  const detail = error instanceof Error ? error.message : String(error);
  return new UpdateError("internal", "Pawl ran into a fault of its own.", { detail, cause: error });
}

/** Troubles of the file system that have words of their own; null for all others. */
export function systemError(error: unknown): UpdateError | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  const path = "path" in error && typeof error.path === "string" ? error.path : null;
  const where = path ? ` (${path})` : "";
  switch (error.code) {
    case "ENOSPC":
    case "EDQUOT":
      return new UpdateError("disk_full", `The disk is full${where}.`, { path, cause: error });
    case "EROFS":
      return new UpdateError("not_writable", `The file system is mounted read-only${where}.`, { path, cause: error });
    case "EACCES":
    case "EPERM":
      return new UpdateError("not_writable", `Pawl isn't allowed to write there${where}.`, { path, cause: error });
    case "ENOENT":
    case "ENOTDIR":
      return new UpdateError("not_writable", `A file or folder that Pawl needs isn't there${where}.`, {
        path,
        cause: error,
      });
    case "EIO":
      return new UpdateError(
        "not_writable",
        `The disk reports an error${where}. Check it, and replace it if need be.`,
        {
          path,
          cause: error,
        },
      );
    default:
      return null;
  }
}
