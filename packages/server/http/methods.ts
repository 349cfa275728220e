import type { ServerApp } from "./parts.ts";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;

/** The methods that some route has at this path, for `Allow`; none when nothing is there. */
export function methodsOf(app: ServerApp, path: string): string[] {
  const there = METHODS.filter((method) =>
    app.router.match(method, path)[0].some(([[, { method }]]) => method !== "ALL"),
  );
  const all = there.flatMap((method) => (method === "GET" ? ["GET", "HEAD"] : [method]));
  return all.length === 0 ? [] : [...all, "OPTIONS"];
}
