import { LogAnswer, UpdateId } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { countOf } from "../count-of.ts";
import { type Route, success } from "../route.ts";

/** No log is longer. */
const MOST_LINES = 50_000;

/** `GET log`: what the running, the last or the named update wrote; all of it, or its last `lines`. */
export const logRoute: Route = {
  method: "GET",
  path: "log",
  effect: "read",
  summary: "The log of the running, the last or the named update",
  query: z.object({
    id: UpdateId.optional().describe("An update's id, as in the history."),
    lines: z.int().min(1).max(MOST_LINES).optional().describe("Only the last so many."),
  }),
  answer: LogAnswer,
  codes: ["bad_request"],
  handle: async (c, app) => {
    const id = c.req.query("id") || undefined;
    // The id becomes part of a file's name.
    if (id !== undefined && !UpdateId.safeParse(id).success) {
      throw new UpdateError("bad_request", 'The parameter "id" must be an update\'s id, as in the history.');
    }
    const lines = countOf(c.req.query("lines"), { most: MOST_LINES, otherwise: undefined });
    return success(c, { lines: await app.log({ id, lines }) });
  },
};
