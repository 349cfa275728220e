import { mkdir, rm } from "node:fs/promises";
import { AppsAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "./testing/device.ts";
import { rawRequest, requestText } from "./testing/raw-request.ts";

test("apps, §4 title: GET /api/apps lists every app with its status", async () => {
  await using device = await Device.start({ apps: ["kitchen", "hall"] });
  const { status, body } = await device.get("/api/apps");
  expect(status).toBe(200);
  expect(AppsAnswer.parse(body).apps.map(({ name, title }) => [name, title])).toEqual([
    ["kitchen", "The kitchen"],
    ["hall", "The hall"],
  ]);
});

test("apps: /api/update is the first app, /api/apps/<name>/update any of them", async () => {
  await using device = await Device.start({ apps: ["kitchen", "hall"] });
  await device.publish("1.0.0");
  expect((await device.post("/api/apps/hall/update/install")).status).toBe(200);
  await device.apps[1]?.settled();
  const version = async (path: string) => (await device.get(path)).body.current_version;
  expect(await version("/api/apps/hall/update/status")).toBe("1.0.0");
  expect(await version("/api/apps/kitchen/update/status")).toBeNull();
  expect(await version("/api/update/status")).toBeNull();
});

test.each(["attic", "__proto__", "constructor"])(
  "§1 rules, §3 unknown_app: an app %s that isn't there is unknown_app",
  async (name) => {
    await using device = await Device.start();
    const { status, body } = await device.get(`/api/apps/${name}/update/status`);
    expect([status, body.code]).toEqual([404, "unknown_app"]);
  },
);

test.each([
  ["PUT", "status", "GET, OPTIONS"],
  ["POST", "status", "GET, OPTIONS"],
  ["PUT", "check", "POST, GET, OPTIONS"],
  ["HEAD", "check", "POST, GET, OPTIONS"],
  ["GET", "install", "POST, OPTIONS"],
  ["DELETE", "apply", "POST, OPTIONS"],
  ["GET", "cancel", "POST, OPTIONS"],
  ["GET", "rollback", "POST, OPTIONS"],
  ["POST", "progress", "GET, OPTIONS"],
  ["PATCH", "log", "GET, OPTIONS"],
  ["POST", "history", "GET, OPTIONS"],
])("%s %s is the wrong method", async (method, verb, allow) => {
  await using device = await Device.start();
  const { status, headers, body } = await device.call(`/api/update/${verb}`, { method });
  expect([status, headers.get("allow")]).toEqual([405, allow]);
  if (method !== "HEAD") expect(body).toMatchObject({ success: false, code: "method_not_allowed" });
});

test("§1 rules: HEAD of a read has its headers and no body", async () => {
  await using device = await Device.start();
  for (const verb of ["status", "progress"]) {
    const { status, body } = await device.call(`/api/update/${verb}`, { method: "HEAD" });
    expect([status, body]).toEqual([200, {}]);
  }
});

test.each([
  "/nothing",
  "/api",
  "/api/update",
  "/api/update/nothing",
  "/api/apps/kitchen/update/",
  "/api/update/status/x",
])("nothing is at %s", async (path) => {
  await using device = await Device.start();
  const { status, body } = await device.get(path);
  expect([status, body.success, body.code]).toEqual([404, false, "not_found"]);
});

test("§1 rules: OPTIONS answers 204, also to strangers and with tokens, and lets no foreign page in", async () => {
  await using device = await Device.start({ tokens: ["page"] });
  const headers = { origin: "https://elsewhere.example", "access-control-request-method": "POST" };
  for (const path of ["/api/update/install", "/api/apps", "/api/apps/kitchen/update/status"]) {
    const answer = await device.call(path, { method: "OPTIONS", headers });
    expect([answer.status, answer.body]).toEqual([204, {}]);
    expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  }
});

test("§1 rules, §3 internal: a fault of our own is JSON without its cause, and the log knows it by the request's id", async () => {
  await using device = await Device.start();
  const state = `${device.stateDir}/kitchen/apply/installed.json`;
  await rm(state, { force: true });
  await mkdir(state, { recursive: true });
  const { status, headers, body } = await device.get("/api/update/status?token=secret");
  expect([status, body]).toEqual([500, { success: false, error: expect.any(String), code: "internal" }]);
  expect(JSON.stringify(body)).not.toContain("EISDIR");
  const row = device.logged.map((line) => JSON.parse(line)).find(({ level }) => level >= 50);
  expect(row).toMatchObject({ request: headers.get("x-request-id"), path: "/api/update/status", status: 500 });
  expect(row.err.message).toContain("EISDIR");
  expect(device.logged.join("")).not.toContain("secret");
});

test("§1 rules, §3 payload_too_large: a body over 64 kB is refused, stated or not, and the answer arrives", async () => {
  await using device = await Device.start();
  const body = JSON.stringify({ force: true, padding: "x".repeat(64 * 1024) });
  const stated = await device.post("/api/update/install", body);
  expect([stated.status, stated.body.code]).toEqual([413, "payload_too_large"]);
  const chunk = "x".repeat(0x8000);
  const chunks = Array.from({ length: 40 }, () => `8000\r\n${chunk}\r\n`).join("");
  const headers = { Host: device.address, "Transfer-Encoding": "chunked" };
  const counted = await rawRequest(device.address, requestText("POST /api/update/check", headers, chunks));
  expect([counted.status, JSON.parse(counted.body).code]).toEqual([413, "payload_too_large"]);
  expect((await device.get("/api/update/status")).body.state).toBe("idle");
});

test("§1 rules: a body of exactly 64 kB is read", async () => {
  await using device = await Device.start();
  const frame = JSON.stringify({ force: "no", padding: "" }).length;
  const body = JSON.stringify({ force: "no", padding: "x".repeat(64 * 1024 - frame) });
  expect((await device.post("/api/update/install", body)).body.code).toBe("bad_request");
});

test.each([
  ["an array", "[1]"],
  ["null", "null"],
  ["a number", "4"],
  ["a string", '"force"'],
  ["broken JSON", '{"force": tru'],
  ["text", "force"],
  ["force of another type", '{"force": "yes"}', '"force"'],
  ["force as a number", '{"force": 1}', '"force"'],
  ["a version of another type", '{"version": 1.4}', '"version"'],
  ["a version that is a path", '{"version": "../../etc"}', '"version"'],
])("§1 rules, §3 bad_request: install refuses %s as a body with a sentence", async (_, text, field = "JSON object") => {
  await using device = await Device.start();
  for (const type of ["application/json", "text/plain"]) {
    const { status, body } = await device.post("/api/update/install", text, { "content-type": type });
    expect([status, body.code]).toEqual([400, "bad_request"]);
    expect(body.error).toContain(field);
  }
});
