import { HistoryAnswer, UpdateId, UpdateResult } from "@pawl/protocol";
import * as z from "zod";
import { UpdateError } from "../../error.ts";
import { HISTORY_SORTS, historyPage } from "../../update/history-page.ts";
import { countOf } from "../count-of.ts";
import { type HttpContext, type Route, success } from "../route.ts";

const LIMIT = { most: 1_000, otherwise: 100 };

const Query = z.object({
  limit: z.int().min(1).max(LIMIT.most).default(LIMIT.otherwise).describe("At most so many."),
  cursor: UpdateId.optional().describe("`next` of the answer before; nothing begins anew."),
  sort: z.enum(HISTORY_SORTS).default("newest").describe("What comes first."),
  result: z.array(UpdateResult).optional().describe("Only those that ended so; may be given several times."),
});

/** `GET history`: the updates that have ended, part by part. */
export const historyRoute: Route = {
  method: "GET",
  path: "history",
  effect: "read",
  summary: "The updates that have ended, newest first",
  query: Query,
  answer: HistoryAnswer,
  codes: ["bad_request"],
  handle: async (c, app) => {
    const { limit, cursor, sort, result: results } = queryOf(c);
    return success(c, historyPage(await app.history(), { limit, cursor, sort, results }));
  },
};

const WORDS: Readonly<Record<string, string>> = {
  cursor: "must be `next` of an answer to this call, or be left out",
  sort: `must be one of ${HISTORY_SORTS.join(", ")}`,
  result: `must be one of ${UpdateResult.options.join(", ")}`,
};

/** Throws UpdateError `bad_request`, naming the parameter. */
function queryOf(c: HttpContext): z.infer<typeof Query> {
  const { data, error } = Query.safeParse({
    limit: countOf(c.req.query("limit"), LIMIT),
    cursor: c.req.query("cursor") || undefined,
    sort: c.req.query("sort") || undefined,
    result: c.req.queries("result"),
  });
  if (data) return data;
  const name = String(error.issues[0]?.path[0]);
  throw new UpdateError("bad_request", `The parameter "${name}" ${WORDS[name]}.`, { cause: error });
}
