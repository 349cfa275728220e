import { CancelAnswer } from "@pawl/protocol";
import { asUpdateError } from "../../error.ts";
import { errorAnswer } from "../error-answer.ts";
import { type Route, success } from "../route.ts";

/** `POST cancel`: stops an update, until the switch begins. */
export const cancelRoute: Route = {
  method: "POST",
  path: "cancel",
  effect: "change",
  summary: "Stop an update, as long as nothing was changed",
  answer: CancelAnswer,
  codes: ["busy", "bad_request"],
  handle: async (c, app) => {
    try {
      const { message } = await app.cancel();
      return success(c, { message, state: (await app.status()).state });
    } catch (cause) {
      const error = asUpdateError(cause);
      if (error.code !== "bad_request") throw error;
      // Nothing runs: the call is well made, it only came too late.
      return c.json(errorAnswer(error).body, 409);
    }
  },
};
