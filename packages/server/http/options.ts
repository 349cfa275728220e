import { methodsOf } from "./methods.ts";
import type { ServerApp } from "./parts.ts";

/** How long a browser may remember an answer to a preflight, in seconds. */
const REMEMBER_S = 86_400;

/** Names of headers, as a browser lists them before it sends them. */
const HEADER_NAMES = /^[\w-]{1,64}(\s*,\s*[\w-]{1,64}){0,31}$/;

/**
 * OPTIONS anywhere is 204, as the first generation's proxy had it: pages of the firmware selector and of Chef ask before
 * every GET. Any origin may ask; who may change something is decided by tokens, never by cookies.
 */
export function answerOptions(app: ServerApp): void {
  app.options("*", (c) => {
    const methods = methodsOf(app, c.req.path);
    const allowed = methods.length > 0 ? methods : ["GET", "HEAD", "POST", "OPTIONS"];
    const asked = c.req.header("access-control-request-headers")?.trim() ?? "";
    return new Response(null, {
      status: 204,
      headers: {
        allow: allowed.join(", "),
        "access-control-allow-methods": allowed.join(", "),
        // A browser before 2021 doesn't know `*`, and no browser counts Authorization among it.
        "access-control-allow-headers": HEADER_NAMES.test(asked) ? asked : "Content-Type, Authorization, *",
        "access-control-max-age": String(REMEMBER_S),
        vary: "Access-Control-Request-Headers",
      },
    });
  });
}
