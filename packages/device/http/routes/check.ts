import { CheckAnswer, CheckBody } from "@pawl/protocol";
import type { App } from "../../app.ts";
import { readBody } from "../body.ts";
import { type HttpContext, type Route, success } from "../route.ts";

/** `POST check`: asks the source in the background, unless a fresh answer is there. */
export const checkRoute: Route = {
  method: "POST",
  path: "check",
  effect: "change",
  summary: "Ask the source what is newest",
  body: CheckBody,
  answer: CheckAnswer,
  handle: async (c, app) => answer(c, app, await readBody(c, CheckBody, { ignoreOther: true })),
};

/** `GET check`, which earlier dashboards use: never by force. */
export const checkByGetRoute: Route = {
  method: "GET",
  path: "check",
  effect: "change-by-link",
  summary: "The same, for programs that can't send a body",
  answer: CheckAnswer,
  handle: async (c, app) => answer(c, app, { force: false }),
};

async function answer(c: HttpContext, app: App, ask: { force: boolean }): Promise<Response> {
  const { message, cached } = await app.check(ask);
  const status = await app.status();
  return success(c, cached ? { message, ...status } : { message, state: status.state });
}
