import type { EventStreams } from "../event-streams.ts";
import type { Route } from "../route.ts";
import { cancelRoute } from "./cancel.ts";
import { checkByGetRoute, checkRoute } from "./check.ts";
import { historyRoute } from "./history.ts";
import { installRoutes } from "./install.ts";
import { logRoute } from "./log.ts";
import { progressRoute } from "./progress.ts";
import { rollbackRoute } from "./rollback.ts";
import { statusRoute } from "./status.ts";

/** Everything one can ask of an app. To add a verb: a file here and a line below. */
export function updateRoutes(streams: EventStreams): Route[] {
  return [
    statusRoute,
    checkRoute,
    checkByGetRoute,
    ...installRoutes,
    cancelRoute,
    progressRoute(streams),
    rollbackRoute,
    logRoute,
    historyRoute,
  ];
}
