import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Plugin, ViteDevServer } from "vite";
import { SECURITY_HEADERS } from "../serving/security-headers.ts";
import { onScenario, type Place, placeOf } from "./place.ts";
import { Stages } from "./stages.ts";

/** Vite's server with a stand-in behind the pages, in the scenario that their address names. */
export function standInPlugin(): Plugin {
  const stages = new Stages();
  return {
    name: "pawl-stand-in",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        answer({ server, stages, request, response, next }).catch(next);
      });
    },
  };
}

interface Exchange {
  server: ViteDevServer;
  stages: Stages;
  request: IncomingMessage;
  response: ServerResponse;
  next(): void;
}

async function answer(exchange: Exchange): Promise<void> {
  const { stages, request, response, next } = exchange;
  const url = new URL(request.url ?? "/", "http://dev.test");
  const whole = WHOLE.find(([typed]) => typed.test(url.pathname));
  if (whole) return void response.writeHead(303, { location: url.pathname.replace(...whole) + url.search }).end();
  const place = placeOf(url.pathname, request.headers.referer);
  if (place.api !== null) {
    request.url = place.path + url.search;
    return stages.of(place.api, place.scenario[place.api])(request, response);
  }
  // Other dashboards have rules of their own.
  if (place.site !== "embed") response.setHeader("content-security-policy", POLICY);
  if (place.site === null) return next();
  const scenario = url.searchParams.get("scenario");
  if (scenario !== null) return beginAnew(exchange, url, place, scenario);
  if (place.site === "embed") {
    // Vite knows its files by where they lie.
    request.url = `/embed${place.path}${url.search}`;
    return next();
  }
  // What has an ending is a file.
  return request.method === "GET" && !/\.(?!html$)\w+$/.test(place.path) ? sendPage(exchange, place) : next();
}

/** Addresses as one types them, and what they lead to: everything there is, and what lacks its slash. */
const WHOLE: readonly [RegExp, string][] = [
  [/^\/$/, "/gallery/"],
  [/^\/(?:gallery|embed(?:~[\w-]+)?|sites\/(?:device|server)(?:~[\w-]+)?)$/, "$&/"],
];

/** Leads on to the address that has the scenario in it, which is told from its beginning. */
function beginAnew({ stages, response }: Exchange, url: URL, place: Place, scenario: string): void {
  const speed = Number(url.searchParams.get("speed") ?? 1);
  const { scenario: of } = placeOf(onScenario(place, scenario), undefined);
  const kinds = place.site === "server" ? (["server"] as const) : (["device"] as const);
  for (const kind of kinds) stages.begin(kind, of[kind], speed > 0 ? speed : 1);
  for (const parameter of ["scenario", "speed"]) url.searchParams.delete(parameter);
  response.writeHead(303, { location: onScenario(place, scenario) + url.search }).end();
}

/** Any address of a program has one of its pages, as the program itself has it. */
async function sendPage({ server, response }: Exchange, { site, path, root }: Place): Promise<void> {
  const page = site === "server" && /^\/console(\/|\.html|$)/.test(path) ? "console" : "index";
  const file = await readFile(new URL(`../sites/${site}/${page}.html`, import.meta.url), "utf8");
  const html = file
    .replaceAll('="../../', '="/')
    .replace('content="./"', `content="${root}"`)
    .replace("</body>", '<script type="module" src="/dev/pawl-scenario-switch.ts"></script></body>');
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end(await server.transformIndexHtml(`/sites/${site}/${page}.html`, html));
}

/** As both programs send it, but for what Vite needs to tell of changes, and the gallery to frame pages. */
const POLICY = `${SECURITY_HEADERS["content-security-policy"]}; frame-src 'self'`
  .replace("connect-src 'self'", "connect-src 'self' ws:")
  .replace("frame-ancestors 'none'", "frame-ancestors 'self'");
