import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import * as z from "zod";
import { EVENT_STREAM_HEADERS, type EventStreams } from "../event-streams.ts";
import type { Route } from "../route.ts";

/** `GET progress`: the events of the update that runs or ran last, as they happen. */
export function progressRoute(streams: EventStreams): Route {
  return {
    method: "GET",
    path: "progress",
    effect: "read",
    takesTicket: true,
    summary: "The update as it happens, as server-sent events",
    query: z.object({
      last_event_id: z
        .string()
        .optional()
        .describe("The id of the last event that was seen, if no header can be sent."),
    }),
    answer: "events",
    handle: async (c, app) => {
      const after = c.req.header("last-event-id") || c.req.query("last_event_id") || null;
      // HTML, 9.2: 204 tells an EventSource not to come back.
      if (await app.feed.isEnd(after ?? "")) return c.body(null, 204);
      if (c.req.method === "HEAD") return c.body(null, 200, EVENT_STREAM_HEADERS);
      await streams.run(app.feed, after, c.env.outgoing);
      return RESPONSE_ALREADY_SENT;
    },
  };
}
