import { UpstreamError, type UpstreamErrorCode } from "../../../catalog/upstream/error.ts";
import { ServerError } from "../../../error.ts";
import { BuildError, type BuildErrorCode } from "../../types.ts";
import { UnpackError } from "./unpack-error.ts";

/** What there is to say when a target's ImageBuilder isn't on the mirror. */
export function missing(version: string, target: string, cause?: unknown): BuildError {
  const sentence = `There is no ImageBuilder for ${version} on ${target}. If this version was just released, try again in a few hours.`;
  return new BuildError("imagebuilder_missing", sentence, { cause });
}

/** Why a build can't begin, of whatever went wrong on the way to its tree; what is our own fault stays as it is. */
export function asBuildError(error: unknown, what: { version: string; target: string; host: string }): unknown {
  if (error instanceof UpstreamError) return ofUpstream(error, what);
  if (error instanceof UnpackError) return ofArchive(error);
  // A key of the distribution that can't be read.
  if (error instanceof ServerError) return new BuildError("imagebuilder_refused", error.message, { cause: error });
  return isOfFiles(error) ? ofFiles(error) : error;
}

/** What another answer may mend by itself. */
const PASSING: ReadonlySet<UpstreamErrorCode> = new Set<UpstreamErrorCode>([
  "mirror_down",
  "timeout",
  "http_status",
  "redirect_refused",
  "html_instead",
  "truncated",
  "bad_answer",
  "out_of_step",
]);

function ofUpstream(
  error: UpstreamError,
  { version, target, host }: { version: string; target: string; host: string },
) {
  if (error.code === "not_found") return missing(version, target, error);
  const code: BuildErrorCode = PASSING.has(error.code) ? "mirror_failed" : "imagebuilder_refused";
  const sentence =
    code === "mirror_failed"
      ? `The ImageBuilder couldn't be fetched: ${error.message}`
      : `The ImageBuilder for ${version} on ${target} is refused: ${error.message}`;
  const culprits = [{ kind: "mirror" as const, name: host, with: [], detail: error.message }];
  return new BuildError(code, sentence, { cause: error, culprits });
}

function ofArchive(error: UnpackError): BuildError {
  if (error.code === "disk_full") return diskFull(error);
  if (error.code === "not_run") {
    const sentence = `The worker can't unpack an ImageBuilder: ${error.message}.`;
    const culprits = [{ kind: "machine" as const, name: "worker", with: [], detail: error.message }];
    return new BuildError("worker_failed", sentence, { cause: error, culprits });
  }
  const sentence = `The ImageBuilder is refused, though it is the one its mirror names: ${error.message}.`;
  return new BuildError("imagebuilder_refused", sentence, { cause: error });
}

function diskFull(cause: unknown): BuildError {
  const detail = "the disk is full";
  const culprits = [{ kind: "machine" as const, name: "worker", with: [], detail }];
  return new BuildError("worker_failed", "The worker has no room left for an ImageBuilder.", { cause, culprits });
}

/** Names of folders are for the log alone. */
function ofFiles(error: NodeJS.ErrnoException): BuildError {
  if (isDiskFull(error)) return diskFull(error);
  return new BuildError("worker_failed", `The worker can't keep an ImageBuilder (${error.code}).`, { cause: error });
}

export function isDiskFull(error: unknown): boolean {
  if (error instanceof UnpackError) return error.code === "disk_full";
  return isOfFiles(error) && (error.code === "ENOSPC" || error.code === "EDQUOT");
}

/** Errors of system calls on files have a path, or at least none of an address. */
function isOfFiles(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "errno" in error && "syscall" in error;
}
