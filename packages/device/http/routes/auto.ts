import { AutoAnswer, AutoBody } from "@pawl/protocol";
import { readBody } from "../body.ts";
import { type Route, success } from "../route.ts";

/** `POST auto`: the daily check on or off, its time, and whether what it finds is installed. */
export const autoRoute: Route = {
  method: "POST",
  path: "auto",
  effect: "change",
  summary: "Switch the daily check, and whether what it finds is installed",
  body: AutoBody,
  answer: AutoAnswer,
  handle: async (c, app) => success(c, { auto: await app.choices.auto(await readBody(c, AutoBody)) }),
};
