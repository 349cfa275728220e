import { SECURITY_HEADERS } from "@pawl/ui/security-headers";
import { Hono } from "hono";
import { describeApi } from "../openapi/document.ts";
import { staticFile } from "../pages/static-file.ts";
import type { ServerApp, ServerEnv } from "../parts.ts";
import { Representation, send } from "../representation.ts";

const DOCS = "/api/v2/docs";

/** Ours, and those of swagger-ui-dist; none of its other files is served. */
const FILES: Readonly<Record<string, string>> = {
  "docs.css": new URL("docs.css", import.meta.url).href,
  "docs.js": new URL("docs.js", import.meta.url).href,
  "favicon.png": import.meta.resolve("swagger-ui-dist/favicon-32x32.png"),
  "swagger-ui.css": import.meta.resolve("swagger-ui-dist/swagger-ui.css"),
  "swagger-ui-bundle.js": import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js"),
};

/** The API described: as an OpenAPI document, and to be read and tried in a browser. */
export function docsRoutes(): ServerApp {
  const app: ServerApp = new Hono<ServerEnv>();
  let document: Representation | null = null;
  app.get("/api/v2/openapi.json", (c) => {
    document ??= Representation.json(describeApi());
    return send(c.req.raw, document);
  });
  const page = staticFile(new URL("index.html", import.meta.url), SECURITY_HEADERS);
  app.get(DOCS, (c) => page(c.req.raw));
  app.get(`${DOCS}/`, () => new Response(null, { status: 301, headers: { location: "../docs" } }));
  for (const [name, url] of Object.entries(FILES)) {
    const file = staticFile(new URL(url));
    app.get(`${DOCS}/${name}`, (c) => file(c.req.raw));
  }
  return app;
}
