import type { Described, Endpoint, Route } from "../route.ts";
import { type Call, operationOf } from "./operation.ts";
import { jsonSchemas } from "./schemas.ts";

/** The description's own version: a higher first number would mean that programs written for it break. */
const API_VERSION = "1.0.0";

const ABOUT =
  "Updates an app of this device, and says how it goes. Every answer has `success`; one that fails has a sentence in " +
  "`error` and a `code` for programs. `/api/update/` is the first app of pawl.yaml, `/api/apps/{app}/update/` any of them. " +
  "As long as no token was made, and only this device can reach it, no call needs one.";

/** The calls that are about the device and not about one app, by their paths. */
export type DeviceCalls = Readonly<Record<string, readonly (Endpoint & Described)[]>>;

/** The whole API as an OpenAPI 3.1 document. Throws for a schema that has no name in schemas.ts. */
export function describeApi(ofDevice: DeviceCalls, ofApp: readonly Route[]): object {
  const calls = [
    ...Object.entries(ofDevice).flatMap(([path, endpoints]) => endpoints.map((endpoint) => ({ ...endpoint, path }))),
    ...["/api/update/", "/api/apps/{app}/update/"].flatMap((base) => below(base, ofApp)),
  ];
  const paths: Record<string, Record<string, unknown>> = {};
  for (const call of calls) {
    paths[call.path] = { ...paths[call.path], [call.method.toLowerCase()]: operationOf(call) };
  }
  return {
    openapi: "3.1.1",
    info: { title: "Pawl on a device", version: API_VERSION, description: ABOUT },
    servers: [{ url: "/", description: "The device itself; by default http://127.0.0.1:7320." }],
    // An empty one among them: none is needed as long as there is no token.
    security: [{}, { bearer: [] }, { api_key: [] }, { session: [] }],
    tags: [{ name: "first app" }, { name: "any app" }, { name: "device" }],
    paths,
    components: { schemas: jsonSchemas(), securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY_SCHEMES = {
  bearer: { type: "http", scheme: "bearer", description: "A token from `pawl token create`, or a JWT of the owner's." },
  api_key: { type: "apiKey", in: "header", name: "X-API-Key", description: "The same token." },
  session: { type: "apiKey", in: "cookie", name: "pawl_session", description: "Made by POST /api/session." },
  ticket: {
    type: "apiKey",
    in: "query",
    name: "ticket",
    description: "For an EventSource, which can't send headers: single use, 60 seconds, made by POST ticket.",
  },
};

function below(base: string, routes: readonly Route[]): Call[] {
  return routes.map(({ path, ...route }) => ({ ...route, path: base + path }));
}
