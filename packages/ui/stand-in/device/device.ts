import type { DeviceSchemas } from "../../data/device.ts";
import type { paths } from "../../data/device-api.ts";
import { answering, type Calls } from "../calls.ts";
import { Clock } from "../clock.ts";
import { Outage } from "../outage.ts";
import { standIn } from "../stand-in.ts";
import type { App } from "./app.ts";
import { Begin } from "./begin.ts";
import { answeringBelow, appCalls } from "./calls.ts";
import { homeApps } from "./home.ts";
import { errorReply, refuse } from "./refusal.ts";
import { DEVICE_SCENARIOS, type DeviceScenario } from "./scenarios.ts";
import type { Scenario } from "./scene.ts";

/** The token that the stand-in knows. */
export const STAND_IN_TOKEN = "pawl_stand-in";

export interface DeviceStandInOptions {
  /** So many times as fast as a real device. Default: 1. */
  speed?: number;
}

type DeviceCalls = Calls<{
  [Path in keyof paths as Path extends "/api/apps" | "/api/session" | "/api/openapi.json" ? Path : never]: paths[Path];
}>;

/** A device without anything behind it, in the state that the scenario is about; to be used in place of `fetch`. */
export function deviceStandIn(name: DeviceScenario, { speed = 1 }: DeviceStandInOptions = {}): typeof fetch {
  const scenario: Scenario = DEVICE_SCENARIOS[name];
  const outage = new Outage();
  const begin = new Begin(outage, speed);
  const clock = new Clock();
  const apps = homeApps(clock, begin);
  scenario.set?.({ app: apps[0], apps, begin, clock, outage });
  outage.delayMs = (scenario.delayMs ?? 0) / speed;
  if (scenario.isUnreachable) outage.begin();
  const { needsToken = "nothing" } = scenario;
  const page = { isSignedIn: false };
  const calls = [
    ...answering({ ...deviceCalls(apps), ...sessionCalls(page, needsToken) }),
    ...apps.flatMap((app, index) => {
      const own = appCalls(app, begin);
      return [...(index === 0 ? answeringBelow("/api", own) : []), ...answeringBelow(`/api/apps/${app.name}`, own)];
    }),
  ];
  const admit = ({ headers, method, url }: Request) => {
    if (needsToken === "nothing" || page.isSignedIn || url.endsWith("/api/session")) return null;
    if (needsToken === "changes" && method === "GET") return null;
    const sent = tokenIn(headers);
    if (sent === STAND_IN_TOKEN) return null;
    return errorReply("unauthorized", sent ? UNKNOWN_TOKEN : "This needs a token. Sign in, or send one with the call.");
  };
  const notFound = errorReply("not_found", "There is nothing at this address.");
  return standIn({ calls, connection: outage, admit, notFound });
}

/** So many wrong tokens may be tried in so many milliseconds. */
const GUESSES = { most: 10, withinMs: 60_000 };
const TOO_MANY_GUESSES = "Too many wrong tokens from this address. Wait a minute, then try again.";
const UNKNOWN_TOKEN = "This token isn't known here, or was revoked; make one with: sudo pawl token create <name>.";

function tokenIn(headers: Headers): string | null {
  return headers.get("authorization")?.replace(/^Bearer /, "") ?? headers.get("x-api-key");
}

function deviceCalls(apps: readonly App[]): Omit<DeviceCalls, `${string} /api/session`> {
  return {
    "GET /api/apps": () => ({
      success: true,
      instance: "stand-in",
      apps: apps.map((app) => ({ name: app.name, title: app.title, ...app.status() })),
    }),
    "GET /api/openapi.json": () => ({ openapi: "3.1.1", info: { title: "A stand-in", version: "0" }, paths: {} }),
  };
}

/** @param page the one that is looked at */
function sessionCalls(
  page: { isSignedIn: boolean },
  neededFor: DeviceSchemas["SessionAnswer"]["needed_for"],
): Pick<DeviceCalls, Extract<keyof DeviceCalls, `${string} /api/session`>> {
  let guesses: number[] = [];
  return {
    "GET /api/session": ({ headers }) => ({
      success: true,
      signed_in: page.isSignedIn || tokenIn(headers) === STAND_IN_TOKEN,
      needed_for: neededFor,
    }),
    "POST /api/session": ({ body }) => {
      guesses = guesses.filter((at) => Date.now() - at < GUESSES.withinMs);
      if (guesses.length >= GUESSES.most) throw refuse("rate_limited", TOO_MANY_GUESSES);
      if (body?.token !== STAND_IN_TOKEN) {
        guesses.push(Date.now());
        throw refuse("unauthorized", UNKNOWN_TOKEN);
      }
      page.isSignedIn = true;
      return { success: true };
    },
    "DELETE /api/session": () => {
      page.isSignedIn = false;
      return { success: true };
    },
  };
}
