import { type Route, success } from "../route.ts";

/** `GET status`: from files alone, whatever else goes on. */
export const statusRoute: Route = {
  method: "GET",
  path: "status",
  effect: "read",
  handle: async (c, app) => success(c, await app.status()),
};
