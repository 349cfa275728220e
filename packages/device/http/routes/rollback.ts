import { RollbackBody, StartedAnswer } from "@pawl/protocol";
import { readBody } from "../body.ts";
import { type Route, success } from "../route.ts";

/** `POST rollback`: begins to go back to a release that is kept, in the background. */
export const rollbackRoute: Route = {
  method: "POST",
  path: "rollback",
  effect: "change",
  summary: "Go back to an earlier release that is kept",
  body: RollbackBody,
  answer: StartedAnswer,
  codes: ["busy", "no_backup"],
  handle: async (c, app) =>
    success(c, { state: "installing", ...(await app.rollback(await readBody(c, RollbackBody))) }),
};
