import type { EventStreams } from "../event-streams.ts";
import type { Route } from "../route.ts";
import type { Tickets } from "../tickets.ts";
import { autoRoute } from "./auto.ts";
import { cancelRoute } from "./cancel.ts";
import { changelogRoute } from "./changelog.ts";
import { channelsRoute } from "./channels.ts";
import { checkByGetRoute, checkRoute } from "./check.ts";
import { historyRoute } from "./history.ts";
import { installRoutes } from "./install.ts";
import { logRoute } from "./log.ts";
import { progressRoute } from "./progress.ts";
import { rollbackRoute } from "./rollback.ts";
import { seenRoute } from "./seen.ts";
import { setChannelRoute } from "./set-channel.ts";
import { settingsRoutes } from "./settings.ts";
import { skipRoute } from "./skip.ts";
import { statusRoute } from "./status.ts";
import { ticketRoute } from "./ticket.ts";

/** Everything one can ask of an app. To add a verb: a file here and a line below. */
export function updateRoutes({ streams, tickets }: { streams: EventStreams; tickets: Tickets }): Route[] {
  return [
    statusRoute,
    checkRoute,
    checkByGetRoute,
    ...installRoutes,
    cancelRoute,
    progressRoute(streams),
    rollbackRoute,
    autoRoute,
    skipRoute,
    seenRoute,
    channelsRoute,
    setChannelRoute,
    changelogRoute,
    logRoute,
    historyRoute,
    ...settingsRoutes,
    ticketRoute(tickets),
  ];
}
