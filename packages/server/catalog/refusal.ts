import { ServerError, type ServerErrorCode } from "../error.ts";
import type { Resource } from "./store/resource.ts";

/** Causes that go away by themselves: upstream was not there, or not well. */
const PASSING = new Set(["mirror_down", "timeout", "http_status"]);

export function isPassing(code: string): boolean {
  return PASSING.has(code);
}

/**
 * Why something of which nothing was ever read can't be served: upstream is away (`not_loaded`, 503), or gave what can't be
 * taken (`upstream_refused`, 502), or the database didn't keep it (`database_full`, 503).
 */
export function refusal({ path, trouble }: Resource): ServerError {
  if (!trouble) return notInTime(path, 5);
  const retryAfter = Math.max(1, Math.ceil(((trouble.retryAt?.getTime() ?? 0) - Date.now()) / 1000));
  const code = codeOf(trouble.code);
  const verb = code.startsWith("database_") ? "kept" : "read";
  return new ServerError(code, `${path} could not be ${verb}: ${trouble.sentence}`, {
    fields: { path, reason: trouble.code },
    retryAfter,
    upstreamStatus: trouble.upstreamStatus ?? undefined,
  });
}

/** Not all that fails is upstream's: the loader says so of what is the database's, or a fault of this program. */
function codeOf(trouble: string): ServerErrorCode {
  if (isPassing(trouble)) return "not_loaded";
  return OURS[trouble] ?? "upstream_refused";
}

const OURS: Readonly<Record<string, ServerErrorCode>> = {
  database_full: "database_full",
  database_unavailable: "database_unavailable",
  database_failed: "database_failed",
  not_saved: "internal",
  not_read: "internal",
};

/** It is being read, and takes longer than a client should wait. */
export function notInTime(what: string, retryAfter: number): ServerError {
  return new ServerError("not_loaded", `${what} is still being read from upstream.`, { retryAfter });
}

export function unknown(
  code: "unknown_distribution" | "unknown_version" | "unknown_target" | "unknown_architecture",
  sentence: string,
  upstreamStatus?: number | null,
): ServerError {
  return new ServerError(code, sentence, { upstreamStatus: upstreamStatus ?? undefined });
}
