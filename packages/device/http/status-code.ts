import type { FailureCode } from "@pawl/protocol";
import type { ContentfulStatusCode } from "hono/utils/http-status";

/** The HTTP status that says the same as a failure's code (contract device-api.md §3). */
export function statusCodeOf(code: FailureCode): ContentfulStatusCode {
  switch (code) {
    case "bad_request":
      return 400;
    case "unauthorized":
      return 401;
    case "forbidden":
      return 403;
    case "not_found":
    case "unknown_app":
      return 404;
    case "method_not_allowed":
      return 405;
    case "busy":
    case "up_to_date":
    case "no_backup":
    case "downgrade_refused":
    case "release_moved":
      return 409;
    case "payload_too_large":
      return 413;
    case "rate_limited":
      return 429;
    case "offline":
    case "host_error":
      return 502;
    case "disk_full":
      return 507;
    default:
      return 500;
  }
}
