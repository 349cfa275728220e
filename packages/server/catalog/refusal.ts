import { ServerError } from "../error.ts";
import type { Resource } from "./store/resource.ts";

/** Causes that go away by themselves: upstream was not there, or not well. */
const PASSING = new Set(["mirror_down", "timeout", "http_status"]);

export function isPassing(code: string): boolean {
  return PASSING.has(code);
}

/**
 * Why something of which nothing was ever read can't be served: upstream is away (`not_loaded`, 503), or gave what can't be
 * taken (`upstream_refused`, 502).
 */
export function refusal({ path, trouble }: Resource): ServerError {
  if (!trouble) return notInTime(path, 5);
  const retryAfter = Math.max(1, Math.ceil(((trouble.retryAt?.getTime() ?? 0) - Date.now()) / 1000));
  const code = isPassing(trouble.code) ? "not_loaded" : "upstream_refused";
  return new ServerError(code, `${path} could not be read: ${trouble.sentence}`, {
    fields: { path, reason: trouble.code },
    retryAfter,
    upstreamStatus: trouble.upstreamStatus ?? undefined,
  });
}

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
