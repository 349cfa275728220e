import { Hono } from "hono";
import { getPath } from "hono/utils/url";
import type { Logger } from "pino";
import { failureResponse, notFound } from "./failure.ts";
import { methodsOf } from "./methods.ts";
import { answerOptions } from "./options.ts";
import type { ServerApp, ServerEnv } from "./parts.ts";

/** Routes as one application, with an answer for whatever is none of theirs. */
export function assemble(routes: readonly ServerApp[], log: Logger): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>({ getPath: (request) => singleSlashes(getPath(request)) });
  app.onError((error, c) => failureResponse(error, c, log));
  app.notFound((c) => notFound(c, methodsOf(app, c.req.path)));
  answerOptions(app);
  for (const those of routes) app.route("/", those);
  return app;
}

/** Old clients ask for `/json/releases/18.06.1//index.json`: served as if there were one slash. */
function singleSlashes(path: string): string {
  return path.includes("//") ? path.replace(/\/{2,}/g, "/") : path;
}
