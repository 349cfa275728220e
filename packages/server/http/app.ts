import { storeRoutes } from "../builds/store-routes.ts";
import { asuV0Routes } from "../compat/asu-v0/routes.ts";
import { asuV1Routes } from "../compat/asu-v1/routes.ts";
import { assemble } from "./assemble.ts";
import { docsRoutes } from "./docs/routes.ts";
import { pageRoutes } from "./pages/routes.ts";
import type { ServerApp, ServerParts } from "./parts.ts";
import { v2Routes } from "./v2.ts";

/** Everything that is served, as one Hono application. What every answer has in common is added by `listen.ts`. */
export function createApp(parts: ServerParts): ServerApp {
  const all = [v2Routes, docsRoutes, () => pageRoutes(), storeRoutes, asuV1Routes, asuV0Routes];
  return assemble(
    all.map((routes) => routes(parts)),
    parts.log,
  );
}
