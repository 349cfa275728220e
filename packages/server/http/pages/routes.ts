import { SECURITY_HEADERS } from "@pawl/ui/security-headers";
import { Hono } from "hono";
import { notFound } from "../failure.ts";
import type { ServerApp, ServerContext, ServerEnv } from "../parts.ts";
import { send } from "../representation.ts";
import { BuiltSite } from "./built-site.ts";
import { once, staticFile } from "./static-file.ts";

/** RFC 8246: the name changes with the content. */
const FOR_EVER = "public, max-age=31536000, immutable";

/** The image builder and the console. They use nothing but our own API. */
export function pageRoutes(readSite = () => BuiltSite.read()): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  const site = once(readSite);
  const icon = staticFile(new URL(import.meta.resolve("@pawl/ui/icon")));
  const page = (name: string) => async (c: ServerContext) => {
    const built = await site();
    if (built === null) return notBuilt();
    const shown = built.page(name, new URL(c.req.url).pathname);
    return shown ? send(c.req.raw, shown, { headers: SECURITY_HEADERS }) : notFound(c, []);
  };
  app.get("/", page("index.html"));
  app.get("/console/*", page("console.html"));
  app.get("/static/assets/:name", async (c) => {
    const asset = (await site())?.asset(c.req.param("name"));
    return asset ? send(c.req.raw, asset, { cacheControl: FOR_EVER }) : notFound(c, []);
  });
  // Asked for by browsers where a page names none: what they show beside an answer in JSON.
  app.get("/favicon.ico", (c) => icon(c.req.raw));
  // Where the figures were before there was a console, whose first page has them now.
  app.get("/stats", () => moved("console"));
  app.get("/stats/", () => moved("../console"));
  return app;
}

function moved(location: string): Response {
  return new Response(null, { status: 301, headers: { location } });
}

/** Of a checkout; what is installed has them. */
function notBuilt(): Response {
  const words = "Pawl's pages aren't built here: npm run build. Its API is at api/v2, described at api/v2/docs.\n";
  return new Response(words, {
    status: 404,
    headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
  });
}
