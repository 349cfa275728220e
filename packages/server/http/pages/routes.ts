import { Hono } from "hono";
import type { ServerApp, ServerEnv, ServerParts } from "../parts.ts";
import { homePage } from "./home.ts";
import { staticFile } from "./static-file.ts";
import { statsPage } from "./stats.ts";

/** The server's own pages, until the console takes their place. */
export function pageRoutes(parts: ServerParts): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  const css = staticFile(new URL("pawl.css", import.meta.url));
  const icon = staticFile(new URL("pawl.svg", import.meta.url));
  app.get("/", (c) => homePage(c.req.raw, parts));
  app.get("/stats", (c) => statsPage(c.req.raw, parts));
  app.get("/stats/", () => new Response(null, { status: 301, headers: { location: "../stats" } }));
  app.get("/static/pawl.css", (c) => css(c.req.raw));
  app.get("/static/pawl.svg", (c) => icon(c.req.raw));
  // Asked for by browsers where a page names none: what they show beside an answer in JSON.
  app.get("/favicon.ico", (c) => icon(c.req.raw));
  return app;
}
