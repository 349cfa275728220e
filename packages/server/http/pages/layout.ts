import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { Representation, send } from "../representation.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";

export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A whole page of the server's own, with what all of them have. */
export async function sendPage(request: Request, title: string, version: string, content: Html): Promise<Response> {
  const page = await html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>${title}</title>
    <link rel="icon" href="static/pawl.svg">
    <link rel="stylesheet" href="static/pawl.css">
  </head>
  <body>
    <header>
      <nav aria-label="Pages">
        <strong>Pawl</strong>
        <a href="./">Releases</a>
        <a href="stats">Figures</a>
        <a href="api/v2/docs">API</a>
        <a href="health/ready">Health</a>
      </nav>
    </header>
    <main>
      <h1>${title}</h1>
      ${content}
    </main>
    <footer>Pawl ${version}</footer>
  </body>
</html>
`;
  const shown = new Representation(Buffer.from(String(page)), "text/html; charset=utf-8");
  return send(request, shown, { headers: SECURITY_HEADERS });
}
