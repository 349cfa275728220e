import { InstallBody } from "@pawl/protocol";
import { readBody } from "../body.ts";
import { type Route, success } from "../route.ts";

/** `POST install` and `POST apply`, which is the same: begins an update that goes on in the background. */
export const installRoutes: readonly Route[] = ["install", "apply"].map((path) => ({
  method: "POST",
  path,
  effect: "change",
  handle: async (c, app) => success(c, { state: "installing", ...(await app.install(await readBody(c, InstallBody))) }),
}));
