import { ChannelsAnswer } from "@pawl/protocol";
import { type Route, success } from "../route.ts";

/** `GET channels`: what one could follow. Answers also when the host is away, with a warning. */
export const channelsRoute: Route = {
  method: "GET",
  path: "channels",
  effect: "read",
  summary: "The channels one can follow",
  answer: ChannelsAnswer,
  handle: async (c, app) => success(c, await app.news.channels()),
};
