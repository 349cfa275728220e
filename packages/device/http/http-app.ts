import type { AuthConfig } from "@pawl/protocol";
import { Hono } from "hono";
import type { Logger } from "pino";
import type { App } from "../app.ts";
import { asUpdateError, UpdateError } from "../error.ts";
import { parseAddress } from "../listen-address.ts";
import type { Tokens } from "../tokens.ts";
import { Access } from "./access.ts";
import { errorAnswer } from "./error-answer.ts";
import type { EventStreams } from "./event-streams.ts";
import { requestLog } from "./request-log.ts";
import { type Effect, type HttpContext, type HttpEnv, success } from "./route.ts";
import { updateRoutes } from "./routes/index.ts";

export interface HttpAppParts {
  /** The first one is also `/api/update/`. */
  apps: readonly App[];
  tokens: Tokens;
  auth: AuthConfig;
  /** As in pawl.yaml: decides who is a stranger. */
  listen: string;
  log: Logger;
  streams: EventStreams;
}

/** What answers to one method of a path. */
interface Endpoint {
  method: "GET" | "POST";
  effect: Effect;
  handle(c: HttpContext): Promise<Response>;
}

/** The HTTP API of the device (contract device-api.md §1). */
export function createHttpApp({ apps, tokens, auth, listen, log, streams }: HttpAppParts): Hono<HttpEnv> {
  const access = new Access(tokens, auth, parseAddress(listen));
  const http = new Hono<HttpEnv>();
  http.use(requestLog(log));
  http.use(async (c, next) => {
    if (c.req.method !== "OPTIONS") await access.guard(c);
    await next();
  });
  const routes = updateRoutes(streams);
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const ofFirst = () => appNamed(apps, apps[0]?.name ?? "");
    const ofNamed = (c: HttpContext) => appNamed(apps, c.req.param("app") ?? "");
    const endpoints = (app: (c: HttpContext) => App): Endpoint[] =>
      ofPath.map(({ method, effect, handle }) => ({ method, effect, handle: async (c) => handle(c, app(c)) }));
    mount(http, access, `/api/update/${path}`, endpoints(ofFirst));
    mount(http, access, `/api/apps/:app/update/${path}`, endpoints(ofNamed));
  }
  mount(http, access, "/api/apps", [{ method: "GET", effect: "read", handle: (c) => listApps(c, apps) }]);
  http.notFound((c) => answerError(c, new UpdateError("not_found", "There is nothing at this address.")));
  http.onError((error, c) => answerError(c, asUpdateError(error)));
  return http;
}

/** A path with all it understands: its methods, OPTIONS, and 405 for the others. */
function mount(http: Hono<HttpEnv>, access: Access, path: string, endpoints: readonly Endpoint[]): void {
  const methods = endpoints.map(({ method }) => method);
  const allow = [...methods, "OPTIONS"].join(", ");
  http.all(path, async (c) => {
    const { method } = c.req;
    if (method === "OPTIONS") return c.body(null, 204, { Allow: allow });
    const endpoint =
      endpoints.find((each) => each.method === method) ?? (method === "HEAD" ? readable(endpoints) : undefined);
    if (!endpoint) {
      c.header("Allow", allow);
      return answerError(
        c,
        new UpdateError("method_not_allowed", `${method} isn't for this address; it takes ${allow}.`),
      );
    }
    await access.admit(c, endpoint.effect);
    return endpoint.handle(c);
  });
}

/** What HEAD may stand for. */
function readable(endpoints: readonly Endpoint[]): Endpoint | undefined {
  return endpoints.find(({ method, effect }) => method === "GET" && effect === "read");
}

async function listApps(c: HttpContext, apps: readonly App[]): Promise<Response> {
  const rows = apps.map(async (app) => ({ name: app.name, title: app.title, ...(await app.status()) }));
  return success(c, { apps: await Promise.all(rows) });
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
