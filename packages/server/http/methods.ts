import type { Handler } from "hono";
import type { ServerApp, ServerEnv } from "./parts.ts";

/** Those that routes are made for; HEAD is answered by GET. */
export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

const REFUSALS = new WeakSet<object>();

/**
 * Marks a handler that only says that there is no such method at its path. It is registered for those methods: one for all of them
 * would be asked besides the path's own handler, and a chain of two costs more than most answers.
 */
export function refusal(handler: Handler<ServerEnv>): Handler<ServerEnv> {
  REFUSALS.add(handler);
  return handler;
}

export function isRefusal(handler: object): boolean {
  return REFUSALS.has(handler);
}

/** The methods that some route has at this path, for `Allow`; none when nothing is there. */
export function methodsOf(app: ServerApp, path: string): string[] {
  const there = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[handler, route]]) => route.method !== "ALL" && !isRefusal(handler)),
  );
  const all = there.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  return all.length === 0 ? [] : [...all, "OPTIONS"];
}
