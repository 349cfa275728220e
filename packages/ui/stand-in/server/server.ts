import type { ServerSchemas } from "../../data/server.ts";
import { answering } from "../calls.ts";
import { Outage } from "../outage.ts";
import { standIn } from "../stand-in.ts";
import { Builds } from "./builds/builds.ts";
import { buildCalls } from "./calls/builds.ts";
import { catalogCalls } from "./calls/catalog.ts";
import { operatorCalls } from "./calls/operator.ts";
import { statsCalls } from "./calls/stats.ts";
import type { ServerCalls } from "./calls/types.ts";
import { catalogOf } from "./catalog/catalog.ts";
import { resourcesOf } from "./catalog/resources.ts";
import { errorReply } from "./refusal.ts";
import { SERVER_SCENARIOS, type ServerScenario, type ServerScenarioWords } from "./scenarios.ts";
import { storeCalls } from "./store.ts";

/** Tokens that the stand-in knows, with what they are good for. */
const SERVER_TOKENS: Readonly<Record<string, readonly ServerSchemas["Scope"][]>> = {
  "pawl_stand-in": ["admin"],
  pawl_reader: ["stats:read", "workers:read"],
};

/** Calls that need a token, as the description says; all others are for everybody. */
const NEEDS: readonly (readonly [method: string, path: RegExp, scope: ServerSchemas["Scope"]])[] = [
  ["POST", /^\/api\/v2\/catalog\/refresh$/, "catalog:refresh"],
  ["GET", /^\/api\/v2\/builds$/, "builds:manage"],
  ["POST", /^\/api\/v2\/builds\/\w+\/(drop|retry)$/, "builds:manage"],
  ["GET", /^\/api\/v2\/(workers|queue)$/, "workers:read"],
  ["GET", /^\/api\/v2\/stats\/(clients|build-errors)$/, "stats:read"],
  ["GET", /^\/api\/v2\/gc$/, "builds:manage"],
  ["POST", /^\/api\/v2\/gc$/, "admin"],
  ["GET", /^\/api\/v2\/tokens/, "admin"],
  ["POST", /^\/api\/v2\/tokens/, "admin"],
  ["DELETE", /^\/api\/v2\/tokens/, "admin"],
];

export interface ServerStandInOptions {
  /** So many times as fast as a real server. Default: 1. */
  speed?: number;
}

/** A server without anything behind it, in the state that the scenario is about; to be used in place of `fetch`. */
export function serverStandIn(name: ServerScenario, { speed = 1 }: ServerStandInOptions = {}): typeof fetch {
  const scenario: ServerScenarioWords = SERVER_SCENARIOS[name];
  const { isEmpty = false, refusesTokens = false } = scenario;
  const now = () => new Date();
  const catalog = catalogOf({ isEmpty }, now);
  const builds = new Builds(catalog, speed);
  const outage = new Outage();
  const count = isEmpty ? 0 : 3;
  const workers = { known: count, there: count, isTroubled: false };
  const troubles: Record<string, string> = {};
  scenario.set?.({ catalog, builds, outage, workers, troubles });
  outage.delayMs = (scenario.delayMs ?? 0) / speed;
  if (scenario.isUnreachable) outage.begin();
  const calls: ServerCalls = {
    ...catalogCalls(catalog, isEmpty ? [] : resourcesOf(catalog, scenario.troubled ?? 0)),
    ...buildCalls(catalog, builds),
    ...operatorCalls({ builds, workers, troubles, now }),
    ...statsCalls(catalog, builds, !isEmpty),
  };
  return standIn({
    calls: [...answering(calls), ...storeCalls(catalog, builds)],
    connection: outage,
    admit: (request) => admit(request, refusesTokens),
    notFound: errorReply(404, "not_found", "There is nothing at this address."),
  });
}

function admit({ method, url, headers }: Request, refusesTokens: boolean) {
  const { pathname } = new URL(url);
  if (pathname.startsWith("/health/")) return null;
  const token = headers.get("authorization")?.replace(/^Bearer /, "");
  const scopes = token === undefined || refusesTokens ? undefined : SERVER_TOKENS[token];
  if (token !== undefined && !scopes)
    return errorReply(401, "unauthorized", "This token isn't known here, or was revoked.");
  const needed = NEEDS.find(([of, path]) => of === method && path.test(pathname))?.[2];
  if (!needed || scopes?.includes("admin") || scopes?.includes(needed)) return null;
  if (!scopes) return errorReply(401, "unauthorized", "This needs a token. Send it as Authorization: Bearer ….");
  return errorReply(403, "forbidden", `This needs a token with the scope ${needed}.`, { fields: { scope: needed } });
}
