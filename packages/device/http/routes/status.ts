import { StatusAnswer } from "@pawl/protocol";
import { type Route, success } from "../route.ts";

/** `GET status`: from files alone, whatever else goes on. */
export const statusRoute: Route = {
  method: "GET",
  path: "status",
  effect: "read",
  summary: "Everything about the app; reads no network",
  answer: StatusAnswer,
  handle: async (c, app) => success(c, await app.status()),
};
