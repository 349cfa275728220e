import { OpenAPIHono } from "@hono/zod-openapi";
import { SCOPES } from "../../auth/scopes.ts";
import { OPERATIONS } from "../operations.ts";

/** The API's own version: a higher first number would mean that programs written for it break. */
const API_VERSION = "2.0.0";

const ABOUT =
  "What is newest, and images made on demand. Reading, upgrade checks and asking for a build need no token; what changes " +
  "something on the server needs one with the scope that is named with the call. An answer that fails has `error.code` " +
  "for programs and `error.message` for people. Lists are paged: `next` of an answer is `cursor` of the next question. " +
  "Answers have an ETag, and are asked about with If-None-Match at no cost. Where upstream could not be asked, the last " +
  "good data are served, and `trouble` says why and since when.";

const TAGS = [
  { name: "catalog", description: "Distributions, versions, targets, profiles and packages." },
  { name: "upgrades", description: "What is newer for a device." },
  { name: "builds", description: "Images made on demand." },
  { name: "stats", description: "What happens on this server, counted." },
  { name: "tokens", description: "Who may change something." },
  { name: "server", description: "The server itself." },
];

let described: object | null = null;

/** Our own API as an OpenAPI 3.1 document, made from the same list as its routes. The same object every time. */
export function describeApi(): object {
  described ??= describe();
  return described;
}

function describe(): object {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  for (const { route } of OPERATIONS) registry.registerPath(route);
  registry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    description: `A token from \`pawl token create --scope …\`. Scopes: ${SCOPES.join(", ")}; admin is good for all of them.`,
  });
  return app.getOpenAPI31Document({
    openapi: "3.1.1",
    info: { title: "Pawl's server", version: API_VERSION, description: ABOUT, license: LICENSE },
    servers: [{ url: "/", description: "This server." }],
    // Without a token, or with one.
    security: [{}, { bearer: [] }],
    tags: TAGS,
  });
}

const LICENSE = { name: "Apache-2.0", identifier: "Apache-2.0" };
