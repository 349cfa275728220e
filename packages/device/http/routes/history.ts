import { HistoryAnswer } from "@pawl/protocol";
import * as z from "zod";
import { countOf } from "../count-of.ts";
import { type Route, success } from "../route.ts";

const LIMIT = { most: 1_000, otherwise: 100 };

/** `GET history`: the updates that have ended, newest first. */
export const historyRoute: Route = {
  method: "GET",
  path: "history",
  effect: "read",
  summary: "The updates that have ended, newest first",
  query: z.object({ limit: z.int().min(1).max(LIMIT.most).default(LIMIT.otherwise).describe("At most so many.") }),
  answer: HistoryAnswer,
  handle: async (c, app) => success(c, { updates: await app.history(countOf(c.req.query("limit"), LIMIT)) }),
};
