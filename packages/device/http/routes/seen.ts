import { SeenAnswer } from "@pawl/protocol";
import { type Route, success } from "../route.ts";

/** `POST seen`: the owner has seen how the last update ended, so status doesn't tell it any longer. */
export const seenRoute: Route = {
  method: "POST",
  path: "seen",
  effect: "change",
  summary: "The owner has seen how the last update ended",
  answer: SeenAnswer,
  handle: async (c, app) => success(c, { last_result: await app.choices.seen() }),
};
