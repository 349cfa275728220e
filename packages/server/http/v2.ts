import { Hono } from "hono";
import { admission } from "./admission.ts";
import { OPERATIONS } from "./operations.ts";
import type { ServerApp, ServerEnv, ServerParts } from "./parts.ts";

/** Our own API: every operation at its path. Errors are worded by the application that it is mounted in. */
export function v2Routes(parts: ServerParts): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  const admit = admission(parts);
  for (const operation of OPERATIONS) {
    const path = operation.path.replace(/\{(\w+)\}/g, ":$1");
    app.on(operation.method.toUpperCase(), path, async (c) => operation.serve(c, parts, await admit(c, operation)));
  }
  return app;
}
