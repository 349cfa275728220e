import { SkipAnswer, SkipBody } from "@pawl/protocol";
import { readBody } from "../body.ts";
import { type Route, success } from "../route.ts";

/** `POST skip`: a version the owner doesn't want to be offered, or wants to be offered again. */
export const skipRoute: Route = {
  method: "POST",
  path: "skip",
  effect: "change",
  summary: "Don't offer a version any more, or offer it again",
  body: SkipBody,
  answer: SkipAnswer,
  handle: async (c, app) => success(c, { skipped_version: await app.choices.skip(await readBody(c, SkipBody)) }),
};
