import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import openapiTS, { astToString } from "openapi-typescript";
import { expect, test } from "vitest";
import { SCOPES } from "../../auth/scopes.ts";
import { SERVER_ERRORS } from "../../error.ts";
import { OPERATIONS } from "../operations.ts";
import { describeApi } from "./document.ts";

const fileOf = (path: string) => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

interface Call {
  operationId: string;
  summary: string;
  security?: Record<string, string[]>[];
  parameters?: { name: string; in: string }[];
  responses: Record<string, { "x-codes"?: string[]; headers?: object }>;
}

const text = `${JSON.stringify(describeApi(), null, 2)}\n`;
const document: {
  openapi: string;
  paths: Record<string, Record<string, Call>>;
  components: { schemas: Record<string, unknown> };
} = JSON.parse(text);
const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, call]) => ({ path, method, ...call })),
);

test("docs/openapi/server.json is what the server serves; `npm run openapi` writes it", async () => {
  await expect(text).toMatchFileSnapshot(fileOf("docs/openapi/server.json"));
});

test("the pages' client is made from it; `npm run openapi` writes it", async () => {
  const types = astToString(await openapiTS(text, { alphabetize: true, exportType: false }));
  const file = `// Made from docs/openapi/server.json by \`npm run openapi\`.\n${types}`;
  await expect(file).toMatchFileSnapshot(fileOf("packages/ui/data/server-api.ts"));
});

test("a validator of OpenAPI 3.1 finds nothing wrong with it", async () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  const { valid, errors } = await new Validator().validate(JSON.parse(text));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});

test("what is described is what is served, each once", () => {
  const served = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(served).size).toBe(served.length);
  expect(calls.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(served.sort());
});

test("every call has a name of its own, a summary, and its path's parameters", () => {
  const ids = calls.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operationId, summary, parameters = [] } of calls) {
    expect(operationId).toMatch(/^[a-z][A-Za-z]+$/);
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    const inPath = parameters.filter((one) => one.in === "path").map(({ name }) => `{${name}}`);
    expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
});

test("every failure is a status with its codes, as the server has them", () => {
  for (const { responses, operationId } of calls) {
    for (const [status, { "x-codes": codes }] of Object.entries(responses)) {
      for (const code of codes ?? []) {
        expect(SERVER_ERRORS[code as keyof typeof SERVER_ERRORS], `${operationId} ${code}`).toBe(Number(status));
      }
    }
  }
  expect(document.paths["/api/v2/upgrade-checks"]?.post?.responses["422"]?.["x-codes"]).toEqual(["unknown_package"]);
});

test("what changes something, and nothing else but the operator's figures, needs a scope that there is", () => {
  const scoped = calls.filter(({ security }) => security?.some((one) => "bearer" in one));
  expect(scoped.map(({ operationId }) => operationId).sort()).toEqual([
    "collectGarbage",
    "createToken",
    "dropBuild",
    "getLastCollection",
    "getQueue",
    "getStatsByClient",
    "listBuildErrors",
    "listBuilds",
    "listTokens",
    "listWorkers",
    "refreshCatalog",
    "retryBuild",
    "revokeToken",
  ]);
  for (const { security } of scoped) {
    for (const scope of security?.flatMap(({ bearer = [] }) => bearer) ?? []) expect(SCOPES).toContain(scope);
  }
});

test("every reference leads to a schema, and every schema is used", () => {
  const referred = new Set([...text.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
  expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
});
