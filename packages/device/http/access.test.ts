import { stat } from "node:fs/promises";
import { expect, test } from "vitest";
import { readCliToken } from "../tokens.ts";
import { Device } from "./testing/device.ts";
import { rawRequest, requestText } from "./testing/raw-request.ts";

const READS = ["status", "log", "history", "progress"].map((verb) => `/api/update/${verb}`);
const CHANGES = ["check", "install", "apply", "cancel", "rollback"].map((verb) => `/api/update/${verb}`);

const bearer = (token = "") => ({ authorization: `Bearer ${token}` });

test("§1 rules, §3 unauthorized: with tokens every call needs one, for every app", async () => {
  await using device = await Device.start({ tokens: ["page"], apps: ["kitchen", "hall"] });
  for (const path of [...READS, "/api/apps", "/api/update/check", "/api/apps/hall/update/status"]) {
    const { status, headers, body } = await device.get(path);
    expect([status, body.success, body.code], path).toEqual([401, false, "unauthorized"]);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer/);
  }
  for (const path of [...CHANGES, "/api/apps/hall/update/install"]) expect((await device.post(path)).status).toBe(401);
});

test("§1 rules: a token is taken from Authorization or X-API-Key, and a wrong or revoked one is refused", async () => {
  await using device = await Device.start({ tokens: ["page", "old"] });
  const [page, old] = [device.secrets.get("page"), device.secrets.get("old")];
  const status = async (headers: Record<string, string>) => (await device.get("/api/update/status", headers)).status;
  expect(await status(bearer(page))).toBe(200);
  expect(await status({ authorization: `bearer ${page}` })).toBe(200);
  expect(await status({ "x-api-key": page ?? "" })).toBe(200);
  expect(await status(bearer(`${page}x`))).toBe(401);
  expect(await status({ authorization: `Basic ${page}` })).toBe(401);
  expect(await status({ "x-api-key": "" })).toBe(401);
  expect(await status(bearer(old))).toBe(200);
  await device.tokens.revoke("old");
  expect(await status(bearer(old))).toBe(401);
});

test("who has a token may call from any page and under any name", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const headers = { Host: "kitchen.example", Origin: "https://elsewhere.example" };
  const token = { Authorization: `Bearer ${device.secrets.get("page")}` };
  const text = requestText("GET /api/update/status", { ...headers, ...token });
  expect((await rawRequest(device.address, text)).status).toBe(200);
});

test("§4 auth.public_status: public_status opens the reads and nothing else", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: { public_status: true } });
  expect((await device.get("/api/update/status")).status).toBe(200);
  expect((await device.get("/api/apps")).status).toBe(200);
  expect((await device.get("/api/update/check")).status).toBe(401);
  expect((await device.post("/api/update/install")).status).toBe(401);
});

test("§1 rules, §4 auth.token_in_query: a token in the query counts only with token_in_query, and never for GET check", async () => {
  await using strict = await Device.start({ tokens: ["page"] });
  expect((await strict.get(`/api/update/status?token=${strict.secrets.get("page")}`)).status).toBe(401);
  await using lax = await Device.start({ tokens: ["page"], auth: { token_in_query: true } });
  const token = lax.secrets.get("page");
  expect((await lax.get(`/api/update/status?token=${token}`)).status).toBe(200);
  expect((await lax.get(`/api/update/check?token=${token}`)).status).toBe(401);
  expect((await lax.get("/api/update/check", bearer(token))).status).toBe(200);
  expect(lax.logged.join("")).not.toContain(token);
});

test("the command line's own token is laid down for who may read the state folder", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const token = (await readCliToken(device.stateDir)) ?? "";
  expect((await device.get("/api/update/status", bearer(token))).status).toBe(200);
  expect((await stat(`${device.stateDir}/.api/cli-token`)).mode & 0o777).toBe(0o600);
});

test("without a token programs on this device may call, whatever they send along", async () => {
  await using device = await Device.start();
  expect((await device.get("/api/update/status")).status).toBe(200);
  expect((await device.get("/api/update/status", bearer("whatever"))).status).toBe(200);
});

test("the first token closes the device at once, and revoking it opens it again", async () => {
  await using device = await Device.start();
  await device.tokens.create("page");
  expect((await device.get("/api/update/status")).status).toBe(401);
  await device.tokens.revoke("page");
  expect((await device.get("/api/update/status")).status).toBe(200);
});

test("a device that others can reach stays closed when its last token is revoked", async () => {
  await using device = await Device.start({ listen: "0.0.0.0:0", tokens: ["page"] });
  const port = device.address.split(":")[1];
  await device.tokens.revoke("page");
  const text = requestText("GET /api/update/status", { Host: `127.0.0.1:${port}` });
  expect((await rawRequest(`127.0.0.1:${port}`, text)).status).toBe(401);
});

test.each([
  ["Host of a rebound name", { Host: "evil.example" }],
  ["Host of a rebound name with our port", { Host: "evil.example:PORT" }],
  ["another port", { Host: "127.0.0.1:1" }],
  ["foreign Origin", { Host: "127.0.0.1:PORT", Origin: "https://evil.example" }],
  ["Origin of another port of this device", { Host: "127.0.0.1:PORT", Origin: "http://127.0.0.1:8080" }],
  ["opaque Origin", { Host: "127.0.0.1:PORT", Origin: "null" }],
])("without a token refuses %s", async (_, headers) => {
  await using device = await Device.start();
  const port = device.address.split(":")[1] ?? "";
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace("PORT", port)]));
  for (const start of ["GET /api/update/status", "POST /api/update/check", "GET /api/nothing"]) {
    const { status, head, body } = await rawRequest(device.address, requestText(start, own));
    expect([status, JSON.parse(body).code], start).toEqual([403, "forbidden"]);
    expect(head).not.toMatch(/access-control/i);
  }
});

test("without a token an image on a foreign page can't start a check", async () => {
  await using device = await Device.start();
  const check = async (site: string) => {
    const host = { Host: device.address, "Sec-Fetch-Site": site };
    return (await rawRequest(device.address, requestText("GET /api/update/check", host))).status;
  };
  expect(await check("cross-site")).toBe(403);
  expect(await check("same-site")).toBe(403);
  expect(await check("same-origin")).toBe(200);
});

test("without a token a request that names no Host is refused", async () => {
  await using device = await Device.start();
  const { status, body } = await rawRequest(device.address, requestText("GET /api/update/status", {}));
  expect([status, JSON.parse(body).code]).toEqual([403, "forbidden"]);
});

test("over a unix socket any Host will do, a foreign Origin won't", async () => {
  await using device = await Device.start({ listen: "unix:TEMP/api.sock" });
  const ask = async (headers: Record<string, string>) =>
    (await rawRequest(device.address, requestText("GET /api/update/status", headers))).status;
  expect(await ask({ Host: "kitchen.local" })).toBe(200);
  expect(await ask({ Host: "kitchen.local", Origin: "https://kitchen.local" })).toBe(200);
  expect(await ask({ Host: "kitchen.local", Origin: "https://evil.example" })).toBe(403);
});
