import { ServerError } from "../error.ts";

/** A disk that is full, a quota that is used up. */
const FULL = new Set(["ENOSPC", "EDQUOT"]);
const RETRY_AFTER_S = 60;

/**
 * What went wrong with a store, worded for everybody: no path is in it, the cause has them. An abort stays one.
 * @param doing `put a build into it`
 */
export function storeTrouble(error: unknown, doing: string): unknown {
  if (error instanceof ServerError || isAbort(error)) return error;
  if (FULL.has(codeOf(error) ?? "")) {
    const sentence = "The store's disk is full: nothing of this build was kept.";
    return new ServerError("store_full", sentence, { cause: error, retryAfter: RETRY_AFTER_S });
  }
  return new ServerError("store_failed", `The store failed to ${doing}.`, { cause: error });
}

/** Nothing is there, or a link or a folder where a file should be. */
export function isAbsent(error: unknown): boolean {
  return ABSENT.has(codeOf(error) ?? "");
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** ELOOP: a link in place of the file. ENXIO: a socket. */
const ABSENT = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENAMETOOLONG", "ENXIO"]);

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
