import { ChangelogAnswer, Channel, UpdateId } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { countOf } from "../count-of.ts";
import { type Route, success } from "../route.ts";

const MAX = { most: 100, otherwise: 40 };

/** `GET changelog`: what a channel has that this device doesn't have yet, newest first; or what an update brought. */
export const changelogRoute: Route = {
  method: "GET",
  path: "changelog",
  effect: "read",
  summary: "What is new in a channel since the installed version, or in an update that has ended",
  query: z.object({
    channel: Channel.optional().describe("Another channel than the one that is followed."),
    update: UpdateId.optional().describe(
      "What this update brought, by its id in the history; `channel` doesn't count then.",
    ),
    max: z.int().min(1).max(MAX.most).default(MAX.otherwise).describe("At most so many entries."),
  }),
  answer: ChangelogAnswer,
  codes: ["bad_request", "offline", "host_error", "rate_limited", "not_found"],
  handle: async (c, app) => {
    const channel = c.req.query("channel")?.trim() || undefined;
    if (channel !== undefined && !Channel.safeParse(channel).success) {
      throw new UpdateError("bad_request", 'The parameter "channel" must be a channel\'s name, such as stable.');
    }
    const update = c.req.query("update") || undefined;
    if (update !== undefined && !UpdateId.safeParse(update).success) {
      throw new UpdateError("bad_request", 'The parameter "update" must be an update\'s id, as in the history.');
    }
    const max = countOf(c.req.query("max"), MAX);
    return success(c, await (update ? app.news.broughtBy(update, max) : app.news.changelog({ channel, max })));
  },
};
