import { expect, test } from "vitest";
import { Device } from "./testing/device.ts";
import { EventReader } from "./testing/events.ts";

const PAGE = "https://dashboard.example";
const OTHER = "https://evil.example";
const CORS = { cors: [PAGE, "http://kitchen.local:8080"] };

const corsHeaders = (headers: Headers) => [...headers].filter(([name]) => name.startsWith("access-control"));
const bearer = (device: Device) => ({ authorization: `Bearer ${device.secrets.get("page")}` });

test("§4 auth.cors: a configured origin may read every answer, errors too", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: CORS });
  const calls: [string, RequestInit, number][] = [
    ["/api/update/status", { headers: bearer(device) }, 200],
    ["/api/update/status", {}, 401],
    ["/api/update/status", { method: "PUT" }, 405],
    ["/api/nothing", {}, 404],
    ["/api/update/install", { method: "POST", headers: bearer(device), body: "[]" }, 400],
    ["/api/update/install", { method: "POST", headers: bearer(device), body: "x".repeat(70_000) }, 413],
    ["/api/session", { method: "POST", body: "{}" }, 403],
  ];
  for (const [path, init, status] of calls) {
    const answer = await device.call(path, { ...init, headers: { ...init.headers, origin: PAGE } });
    expect([answer.status, answer.headers.get("access-control-allow-origin")], path).toEqual([status, PAGE]);
    expect(answer.headers.get("vary")).toMatch(/\borigin\b/i);
    expect(answer.headers.get("access-control-expose-headers")).toContain("retry-after");
    expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
  }
});

test("a configured origin may read the stream", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: CORS });
  await using reader = await EventReader.open(device.url("/api/update/progress"), {
    ...bearer(device),
    origin: "http://kitchen.local:8080",
  });
  expect(reader.response.headers.get("access-control-allow-origin")).toBe("http://kitchen.local:8080");
  expect(reader.response.headers.get("content-type")).toBe("text/event-stream");
  expect((await reader.next())?.event.type).toBe("connected");
});

test.each([
  OTHER,
  "null",
  "",
  `${PAGE}/`,
  `${PAGE}:443`,
  `${PAGE}.evil.example`,
  "http://dashboard.example",
  "https://DASHBOARD.example",
  "*",
])("the origin %j isn't a configured one", async (origin) => {
  await using device = await Device.start({ tokens: ["page"], auth: CORS });
  for (const method of ["GET", "OPTIONS"]) {
    const answer = await device.call("/api/update/status", { method, headers: { ...bearer(device), origin } });
    expect([answer.status, corsHeaders(answer.headers)]).toEqual([method === "GET" ? 200 : 204, []]);
    expect(answer.headers.get("vary")).toMatch(/\borigin\b/i);
  }
});

test("without auth.cors nothing is said about origins", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const { headers } = await device.get("/api/update/status", { ...bearer(device), origin: PAGE });
  expect([corsHeaders(headers), headers.get("vary")]).toEqual([[], null]);
});

test("§1 rules: a pre-flight request of a configured origin is answered without a token", async () => {
  await using device = await Device.start({ tokens: ["page"], auth: CORS });
  const preflight = (path: string, more: Record<string, string> = {}) =>
    device.call(path, {
      method: "OPTIONS",
      headers: { origin: PAGE, "access-control-request-method": "POST", ...more },
    });
  const { status, headers } = await preflight("/api/update/check");
  expect(status).toBe(204);
  expect(Object.fromEntries(corsHeaders(headers))).toEqual({
    "access-control-allow-origin": PAGE,
    "access-control-allow-methods": "POST, GET",
    "access-control-allow-headers": "authorization, content-type, x-api-key, last-event-id",
    "access-control-expose-headers": "retry-after, x-request-id",
    "access-control-max-age": "600",
  });
  const toHome = await preflight("/api/apps", { "access-control-request-private-network": "true" });
  expect(toHome.headers.get("access-control-allow-private-network")).toBe("true");
  expect((await preflight("/api/nothing")).status).toBe(404);
});

test("a configured origin isn't foreign to a device without tokens, another one is", async () => {
  await using device = await Device.start({ auth: CORS });
  const from = (origin: string) => ({ origin, "sec-fetch-site": "cross-site" });
  for (const path of ["/api/update/status", "/api/update/check"]) {
    expect((await device.get(path, from(PAGE))).status, path).toBe(200);
    expect((await device.get(path, from(OTHER))).status, path).toBe(403);
  }
  expect((await device.post("/api/update/check", {}, from(PAGE))).status).toBe(200);
  const refused = await device.post("/api/update/check", {}, from(OTHER));
  expect([refused.status, corsHeaders(refused.headers)]).toEqual([403, []]);
});
