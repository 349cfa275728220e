import { HTTPException } from "hono/http-exception";
import type { Logger } from "pino";
import { SERVER_ERRORS, ServerError, type ServerErrorCode } from "../error.ts";
import type { ServerContext } from "./parts.ts";

/** What a caller of `/api/v2` gets when something fails, and whoever asks for a path that isn't there. */
export interface FailureBody {
  error: { code: ServerErrorCode; message: string; [field: string]: unknown };
  request_id?: string;
}

/** The only place that words an error for HTTP in our own way; the dialects have theirs. Unknown errors go to the log. */
export function failureResponse(error: unknown, c: ServerContext, log: Logger): Response {
  const failure = asServerError(error);
  const requestId = c.env?.requestId;
  if (isOurs(failure)) {
    log.error({ request_id: requestId, method: c.req.method, path: c.req.path, err: error }, "request failed");
  }
  return wordFailure(failure, requestId);
}

/** Whether somebody should look into it: what upstream or the database doesn't give is said where it was asked for. */
export function isOurs({ status }: ServerError): boolean {
  return status === 500;
}

/** As failureResponse, for where there is no context. */
export function wordFailure(failure: ServerError, requestId?: string): Response {
  const body: FailureBody = {
    error: { ...failure.fields, code: failure.code, message: failure.message },
    request_id: requestId,
  };
  return new Response(JSON.stringify(body), { status: failure.status, headers: headersOf(failure) });
}

/** Nothing of an error that we didn't foresee leaves the server: its words may be of files, hosts or addresses. */
export function asServerError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  if (error instanceof HTTPException) return fromStatus(error);
  if (error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError")) {
    return new ServerError("not_loaded", "This took too long. Ask again in a moment.", {
      cause: error,
      retryAfter: 10,
    });
  }
  return new ServerError("internal", "Something went wrong on the server. Its log says what, under this request id.", {
    cause: error,
  });
}

/** For a path that nothing is at, or not with this method. */
export function notFound(c: ServerContext, methods: readonly string[]): Response {
  const path = c.req.path.length > 200 ? `${c.req.path.slice(0, 200)}…` : c.req.path;
  if (methods.length === 0) {
    return wordFailure(new ServerError("not_found", `There is nothing at ${path}.`), c.env?.requestId);
  }
  const failure = new ServerError("method_not_allowed", `${path} answers ${methods.join(", ")}, not ${c.req.method}.`, {
    fields: { allowed: methods },
  });
  return wordFailure(failure, c.env?.requestId);
}

/** Hono's own refusals. */
function fromStatus(error: HTTPException): ServerError {
  const code = BY_STATUS.get(error.status) ?? (error.status >= 500 ? "internal" : "bad_request");
  return new ServerError(code, error.message || "This request can't be understood.", { cause: error });
}

const BY_STATUS: ReadonlyMap<number, ServerErrorCode> = new Map(
  (
    ["bad_request", "unauthorized", "forbidden", "not_found", "payload_too_large", "unsupported_media_type"] as const
  ).map((code) => [SERVER_ERRORS[code], code]),
);

function headersOf({ code, fields, retryAfter }: ServerError): Record<string, string> {
  const headers: Record<string, string> = { "content-type": "application/json", "cache-control": "no-store" };
  if (retryAfter !== null) headers["retry-after"] = String(retryAfter);
  if (code === "unauthorized") headers["www-authenticate"] = 'Bearer realm="pawl"';
  if (code === "method_not_allowed" && Array.isArray(fields.allowed)) headers.allow = fields.allowed.join(", ");
  // What is still to come of the body isn't read.
  if (code === "payload_too_large") headers.connection = "close";
  return headers;
}
