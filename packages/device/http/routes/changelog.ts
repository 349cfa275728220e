import { ChangelogAnswer, Channel } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { countOf } from "../count-of.ts";
import { type Route, success } from "../route.ts";

const MAX = { most: 100, otherwise: 40 };

/** `GET changelog`: what a channel has that this device doesn't have yet, newest first. */
export const changelogRoute: Route = {
  method: "GET",
  path: "changelog",
  effect: "read",
  summary: "What is new in a channel since the installed version",
  query: z.object({
    channel: Channel.optional().describe("Another channel than the one that is followed."),
    max: z.int().min(1).max(MAX.most).default(MAX.otherwise).describe("At most so many entries."),
  }),
  answer: ChangelogAnswer,
  codes: ["bad_request", "offline", "host_error", "rate_limited", "not_found"],
  handle: async (c, app) => {
    const channel = c.req.query("channel")?.trim() || undefined;
    if (channel !== undefined && !Channel.safeParse(channel).success) {
      throw new UpdateError("bad_request", 'The parameter "channel" must be a channel\'s name, such as stable.');
    }
    return success(c, await app.news.changelog({ channel, max: countOf(c.req.query("max"), MAX) }));
  },
};
