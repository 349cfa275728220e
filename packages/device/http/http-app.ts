import type { AuthConfig } from "@pawl/protocol";
import { Hono } from "hono";
import type { Logger } from "pino";
import type { App } from "../app.ts";
import { asUpdateError, UpdateError } from "../error.ts";
import { systemClock } from "../system/clock.ts";
import type { Tokens } from "../tokens.ts";
import { Access } from "./access.ts";
import { Credentials } from "./access-credentials.ts";
import { cors, preflightHeaders } from "./cors.ts";
import { errorAnswer } from "./error-answer.ts";
import type { EventStreams } from "./event-streams.ts";
import { Guesses } from "./guesses.ts";
import type { JwtVerifier } from "./jwt.ts";
import { FOR_ANY_PAGE, nothingHere, pageEndpoints } from "./pages/endpoints.ts";
import type { Pages } from "./pages/packed-pages.ts";
import { requestLog } from "./request-log.ts";
import type { Endpoint, HttpContext, HttpEnv } from "./route.ts";
import { appsEndpoint } from "./routes/apps.ts";
import { updateRoutes } from "./routes/index.ts";
import { openapiEndpoint } from "./routes/openapi.ts";
import { sessionEndpoints } from "./routes/session.ts";
import { Sessions } from "./sessions.ts";
import { Tickets } from "./tickets.ts";

export interface HttpAppParts {
  /** The first one is also `/api/update/`. */
  apps: readonly App[];
  tokens: Tokens;
  /** Null without `auth.jwt`. */
  jwt: JwtVerifier | null;
  auth: AuthConfig;
  /** Holds the key of the sessions. */
  stateDir: string;
  log: Logger;
  streams: EventStreams;
  /** Null: this program has none. */
  pages: Pages | null;
}

/** The HTTP API of the device (contract device-api.md §1), and its pages. */
export function createHttpApp(parts: HttpAppParts): Hono<HttpEnv> {
  const { apps, tokens, jwt, auth, stateDir, log, streams, pages } = parts;
  const credentials = new Credentials(tokens, jwt);
  const sessions = new Sessions(stateDir, systemClock);
  const tickets = new Tickets();
  const access = new Access({ credentials, sessions, tickets, auth });
  const rules = { access, origins: auth.cors };
  const http = new Hono<HttpEnv>();
  http.use(requestLog(log));
  http.use(cors(auth.cors));
  http.use(async (c, next) => {
    if (c.req.method !== "OPTIONS") await access.guard(c, { anyPage: c.req.path.startsWith(FOR_ANY_PAGE) });
    await next();
  });
  const routes = updateRoutes({ streams, tickets });
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const ofFirst = () => appNamed(apps, apps[0]?.name ?? "");
    const ofNamed = (c: HttpContext) => appNamed(apps, c.req.param("app") ?? "");
    const endpoints = (app: (c: HttpContext) => App): Endpoint[] =>
      ofPath.map((route) => ({ ...route, handle: async (c) => route.handle(c, app(c)) }));
    mount(http, rules, `/api/update/${path}`, endpoints(ofFirst));
    mount(http, rules, `/api/apps/:app/update/${path}`, endpoints(ofNamed));
  }
  const guesses = new Guesses(systemClock);
  const ofDevice = {
    "/api/apps": [appsEndpoint(apps, stateDir)],
    "/api/session": sessionEndpoints({ access, credentials, sessions, guesses }),
  };
  const all = { ...ofDevice, "/api/openapi.json": [openapiEndpoint(ofDevice, routes)], ...pageEndpoints(pages) };
  for (const [path, endpoints] of Object.entries(all)) mount(http, rules, path, endpoints);
  http.notFound((c) => answerError(c, nothingHere()));
  http.onError((error, c) => answerError(c, asUpdateError(error)));
  return http;
}

/** Who may call, and which pages of other origins. */
interface Rules {
  access: Access;
  origins: readonly string[];
}

/** A path with all it understands: its methods, OPTIONS, and 405 for the others. */
function mount(http: Hono<HttpEnv>, { access, origins }: Rules, path: string, endpoints: readonly Endpoint[]): void {
  const methods = endpoints.map(({ method }) => method);
  const allow = [...methods, "OPTIONS"].join(", ");
  http.all(path, async (c) => {
    const { method } = c.req;
    if (method === "OPTIONS") return c.body(null, 204, { Allow: allow, ...preflightHeaders(c, origins, methods) });
    const endpoint =
      endpoints.find((each) => each.method === method) ?? (method === "HEAD" ? readable(endpoints) : undefined);
    if (!endpoint) {
      c.header("Allow", allow);
      return answerError(
        c,
        new UpdateError("method_not_allowed", `${method} isn't for this address; it takes ${allow}.`),
      );
    }
    await access.admit(c, endpoint);
    return endpoint.handle(c);
  });
}

/** What HEAD may stand for. */
function readable(endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints.find(({ method, effect }) => method === "GET" && effect !== "change-by-link");
}

function appNamed(apps: readonly App[], name: string): App {
  const app = apps.find((each) => each.name === name);
  if (app) return app;
  const names = apps.map((each) => each.name).join(", ");
  throw new UpdateError("unknown_app", `There is no app of that name on this device; there is: ${names}.`);
}

function answerError(c: HttpContext, error: UpdateError): Response {
  const { status, headers, body } = errorAnswer(error);
  return c.json(body, status, headers);
}
