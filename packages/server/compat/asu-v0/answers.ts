import type { ServerError } from "../../error.ts";

/** After which old clients ask again what the server couldn't do just now, in seconds: README 0.2.0, "~5 minutes". */
export const OVERLOAD_RETRY_AFTER = 300;
/** The status of README 0.2.0 for defaults that are too long; no other has that meaning. */
const DEFAULTS_TOO_LONG = 420;

export function answer(body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store", ...headers },
  });
}

/** What the client called things, for sentences that repeat it. */
export interface Asked {
  distro?: string | null;
  version?: string | null;
  target?: string | null;
}

/** A failure in the words, with the status and headers, that the first generation's clients know (asu-v0 §2.2, §2.6). */
export function refusal(error: ServerError, asked: Asked = {}): Response {
  switch (error.code) {
    case "unprocessable": {
      const parameter = error.fields.parameter;
      const headers = typeof parameter === "string" ? { "x-missing-param": parameter } : undefined;
      return answer({ error: error.message }, 412, headers);
    }
    case "unknown_distribution":
      return unknown("distribution", asked.distro, error);
    case "unknown_version":
      return unknown("version", asked.version, error);
    case "unknown_target":
    case "unknown_architecture":
      return unknown("target", asked.target, error);
    case "unknown_profile":
      return answer({ error: "unknown device, please check model and board params" }, 412);
    case "unknown_package":
      return unknownPackages(error);
    case "payload_too_large":
      if (error.fields.field === "defaults") return answer({ error: error.message }, DEFAULTS_TOO_LONG);
      // What is still to come of the body isn't read.
      return answer({ error: error.message }, 413, { connection: "close" });
    case "queue_full":
      // Ours says 60 s; these clients know but one time (contract server.md §3).
      return later(error.message, OVERLOAD_RETRY_AFTER);
    case "upstream_refused":
      // A client of that time knows no 502 of ours: to it that is a proxy without a server.
      return later(error.message, error.retryAfter ?? OVERLOAD_RETRY_AFTER);
    default:
      if (error.status === 503) return later(error.message, error.retryAfter ?? OVERLOAD_RETRY_AFTER);
      return answer({ error: error.message }, error.status);
  }
}

/** @param seconds after which it makes sense to ask again */
function later(error: string, seconds: number): Response {
  return answer({ error }, 503, { "retry-after": String(seconds) });
}

function unknown(what: string, name: string | null | undefined, error: ServerError): Response {
  return answer({ error: name ? `unknown ${what} ${name}` : error.message }, 412);
}

/** 422 with the names where LuCI, Chef and auc look for them. */
function unknownPackages(error: ServerError): Response {
  const listed = error.fields.packages;
  const names = Array.isArray(listed) ? listed.map(String).join(", ") : "";
  return answer({ error: `could not find packages: ${names}` }, 422, { "x-unknown-package": headerSafe(names) });
}

/** A header has no letters beyond ASCII, and Node refuses one that is endless. */
function headerSafe(text: string): string {
  return text.replace(/[^\u0020-\u007e]/g, "?").slice(0, 4_000);
}
