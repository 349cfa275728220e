import { InstallBody, StartedAnswer } from "@pawl/protocol";
import { readBody } from "../body.ts";
import { type Route, success } from "../route.ts";

/** `POST install` and `POST apply`, which is the same: begins an update that goes on in the background. */
export const installRoutes: readonly Route[] = ["install", "apply"].map((path) => ({
  method: "POST",
  path,
  effect: "change",
  summary: path === "install" ? "Begin an update, in the background" : "The same as install",
  body: InstallBody,
  answer: StartedAnswer,
  codes: ["busy", "up_to_date", "downgrade_refused"],
  handle: async (c, app) => success(c, { state: "installing", ...(await app.install(await readBody(c, InstallBody))) }),
}));
