import type { ErrorAnswer } from "@pawl/protocol";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { UpdateError } from "../error.ts";
import { statusCodeOf } from "./status-code.ts";

/** For a host that refuses without saying for how long, in seconds. */
const RETRY_AFTER_S = 60;

/** An error as a caller gets it: status, headers, body. Nothing of its cause, stack or detail leaves the device. */
export function errorAnswer(error: UpdateError): {
  status: ContentfulStatusCode;
  headers: Record<string, string>;
  body: ErrorAnswer;
} {
  const status = statusCodeOf(error.code);
  return { status, headers: headersFor(error), body: { success: false, error: error.message, code: error.code } };
}

/** The same as a Response, for where there is no context to answer with. */
export function errorResponse(error: UpdateError): Response {
  const { status, headers, body } = errorAnswer(error);
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json", ...headers } });
}

function headersFor({ code, fields }: UpdateError): Record<string, string> {
  switch (code) {
    case "unauthorized":
      return { "WWW-Authenticate": 'Bearer realm="pawl"' };
    case "rate_limited": {
      const at = Date.parse(fields.retry_at ?? "");
      const seconds = Number.isNaN(at) ? RETRY_AFTER_S : Math.max(1, Math.ceil((at - Date.now()) / 1000));
      return { "Retry-After": String(seconds) };
    }
    case "payload_too_large":
      return { Connection: "close" };
    default:
      return {};
  }
}
