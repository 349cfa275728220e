import type { MiddlewareHandler } from "hono";
import type { HttpContext, HttpEnv } from "./route.ts";

/** Fetch standard, CORS protocol: what a page of another origin may send … */
const ALLOWED_HEADERS = "authorization, content-type, x-api-key, last-event-id";
/** … and read, beyond the body. */
const EXPOSED_HEADERS = "retry-after, x-request-id";
/** How long a browser need not ask again, in seconds. */
const MAX_AGE_S = "600";

/**
 * Lets pages of the configured origins read every answer, errors and streams too. Never with cookies: such a page sends
 * a token.
 */
export function cors(origins: readonly string[]): MiddlewareHandler<HttpEnv> {
  return async (c, next) => {
    // Into the answer itself rather than Hono's: a stream is written past that.
    const { outgoing } = c.env;
    if (origins.length > 0) outgoing.setHeader("Vary", "Origin");
    const origin = configuredOrigin(c, origins);
    if (origin !== null) {
      outgoing.setHeader("Access-Control-Allow-Origin", origin);
      outgoing.setHeader("Access-Control-Expose-Headers", EXPOSED_HEADERS);
    }
    await next();
  };
}

/** What a pre-flight request of a configured origin is answered with; nothing for all others. */
export function preflightHeaders(
  c: HttpContext,
  origins: readonly string[],
  methods: readonly string[],
): Record<string, string> {
  if (configuredOrigin(c, origins) === null) return {};
  const isToPrivateNetwork = c.req.header("access-control-request-private-network") === "true";
  return {
    "Access-Control-Allow-Methods": methods.join(", "),
    "Access-Control-Allow-Headers": ALLOWED_HEADERS,
    "Access-Control-Max-Age": MAX_AGE_S,
    // A page on the internet that calls a device at home, in browsers that ask for this.
    ...(isToPrivateNetwork ? { "Access-Control-Allow-Private-Network": "true" } : {}),
  };
}

/** The request's Origin when `auth.cors` has it, to the letter; else null. */
export function configuredOrigin(c: HttpContext, origins: readonly string[]): string | null {
  const origin = c.req.header("origin");
  return origin !== undefined && origins.includes(origin) ? origin : null;
}
