import { fileURLToPath } from "node:url";
import { FAILURE_CODES } from "@pawl/protocol";
import { Validator } from "@seriousme/openapi-schema-validator";
import openapiTS, { astToString } from "openapi-typescript";
import { beforeAll, expect, test } from "vitest";
import { Device } from "../testing/device.ts";

const FILE = fileURLToPath(new URL("../../../../docs/openapi/device.json", import.meta.url));
const CLIENT = fileURLToPath(new URL("../../../ui/data/device-api.ts", import.meta.url));

interface Operation {
  operationId: string;
  summary: string;
  security?: Record<string, unknown>[];
  parameters?: { name: string; in: string }[];
  requestBody?: { required: boolean; content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, { description: string; content?: Record<string, unknown>; "x-codes"?: string[] }>;
}

interface Document {
  openapi: string;
  security: Record<string, unknown>[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Record<string, unknown>>; securitySchemes: Record<string, unknown> };
}

let text: string;
let document: Document;

beforeAll(async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const response = await fetch(device.url("/api/openapi.json"));
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/json"]);
  document = JSON.parse(await response.text());
  text = `${JSON.stringify(document, null, 2)}\n`;
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  );

test("docs/openapi/device.json is what a device serves; `npm run openapi` writes it", async () => {
  await expect(text).toMatchFileSnapshot(FILE);
});

test("the pages' client is made from it; `npm run openapi` writes it", async () => {
  const types = astToString(await openapiTS(text, { alphabetize: true, exportType: false }));
  const file = `// Made from docs/openapi/device.json by \`npm run openapi\`.\n${types}`;
  await expect(file).toMatchFileSnapshot(CLIENT);
});

test("everybody may read it, also where calls need a token", () => {
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.paths["/api/openapi.json"]?.get?.security).toEqual([]);
});

test("what is described is what is served, path by path and method by method", async () => {
  await using device = await Device.start();
  for (const [path, methods] of Object.entries(document.paths)) {
    const { status, headers } = await device.call(path.replace("{app}", "kitchen"), { method: "OPTIONS" });
    expect(status).toBe(204);
    const allowed = headers.get("allow")?.split(", ") ?? [];
    const described = Object.keys(methods).map((method) => method.toUpperCase());
    expect(allowed.sort(), path).toEqual([...described, "OPTIONS"].sort());
  }
});

test("every row of the contract's table is there, for the first app and for any", () => {
  const rows = `status check install apply cancel seen progress rollback auto skip channels set_channel changelog log
    history settings ticket`.split(/\s+/);
  for (const base of ["/api/update/", "/api/apps/{app}/update/"]) {
    const there = Object.keys(document.paths).filter((path) => path.startsWith(base));
    expect(there.sort()).toEqual(rows.map((row) => base + row).sort());
  }
  const others = Object.keys(document.paths).filter((path) => !path.includes("update/"));
  expect(others.sort()).toEqual(["/api/apps", "/api/openapi.json", "/api/session"]);
});

test("every reference leads to a schema, and every schema is used", () => {
  const referred = new Set([...text.matchAll(/"\$ref": "#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name));
  expect([...referred].sort()).toEqual(Object.keys(document.components.schemas).sort());
  expect(text.match(/"\$ref": "(?!#\/components\/schemas\/)/)).toBeNull();
  expect(text).not.toContain('"$schema"');
});

test("every call has a name of its own, a summary, an answer, and its path's parameters", () => {
  const ids = operations().map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operationId, summary, responses, parameters = [] } of operations()) {
    expect(operationId).toMatch(/^[a-z][a-z_]+$/);
    expect(summary).toMatch(/^[A-Z].*[^.]$/);
    expect(Object.keys(responses)).toContain("200");
    const inPath = parameters.filter((one) => one.in === "path").map(({ name }) => `{${name}}`);
    expect(inPath).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
});

test("every failure is a status with its codes, as the device has them", () => {
  for (const { responses, operationId } of operations()) {
    const failures = Object.entries(responses).filter(([status]) => Number(status) >= 400);
    for (const [, { "x-codes": codes = [], description }] of failures) {
      expect(codes.length, operationId).toBeGreaterThan(0);
      for (const code of codes) expect(FAILURE_CODES).toContain(code);
      expect(description).toContain(codes[0]);
    }
  }
  const install = document.paths["/api/update/install"]?.post?.responses;
  expect(install?.["409"]?.["x-codes"]).toEqual(["busy", "downgrade_refused", "up_to_date"]);
});

test("every way of signing in that a call names is explained, and GET check takes no cookie", () => {
  const named = [document.security, ...operations().map(({ security = [] }) => security)].flat(1);
  const schemes = new Set(named.flatMap((one) => Object.keys(one)));
  expect([...schemes].sort()).toEqual(Object.keys(document.components.securitySchemes).sort());
  const ways = (verb: string) => document.paths[`/api/update/${verb}`]?.get?.security?.flatMap(Object.keys);
  expect(ways("check")).toEqual(["bearer", "api_key"]);
  expect(ways("progress")).toContain("ticket");
});

test("a body is required where nothing would mean nothing", () => {
  const required = operations().filter(({ requestBody }) => requestBody?.required);
  const verbs = new Set(required.map(({ path }) => path.split("/").at(-1)));
  expect([...verbs].sort()).toEqual(["auto", "session", "set_channel", "skip"]);
});

test("an answer may grow, a body may not", () => {
  const { schemas } = document.components;
  for (const [name, schema] of Object.entries(schemas)) {
    if (/Answer$/.test(name)) expect(JSON.stringify(schema), name).not.toContain('"additionalProperties":false');
  }
  expect(schemas.InstallBody).toMatchObject({ additionalProperties: false });
});

test("a validator of OpenAPI 3.1 finds nothing wrong with it", async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(text));
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});
