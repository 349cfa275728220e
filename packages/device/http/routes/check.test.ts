import { CheckAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { HastyClock } from "../../testing/device-fixture.ts";
import { Device } from "../testing/device.ts";

const CHECK = "/api/update/check";

test("check: works in the background and then has its result", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const { status, body } = await device.post(CHECK);
  expect(status).toBe(200);
  expect(CheckAnswer.parse(body)).toEqual({ success: true, message: "Update check started", state: "checking" });
  await device.app.settled();
  const after = (await device.get("/api/update/status")).body;
  expect(after).toMatchObject({ state: "idle", latest_version: "1.0.0", has_update: true, error: null });
});

test("check: reuses a fresh result with all of status, unless forced", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await device.post(CHECK);
  await device.app.settled();
  const asked = device.host.requests.length;
  const { body } = await device.post(CHECK, { force: false });
  expect(body).toMatchObject({ message: "Using cached result", latest_version: "1.0.0", has_update: true });
  expect(body).toEqual({ ...(await device.get("/api/update/status")).body, message: "Using cached result" });
  expect(device.host.requests).toHaveLength(asked);
  expect((await device.post(CHECK, { force: true })).body.message).toBe("Update check started");
  await device.app.settled();
  expect(device.host.requests.length).toBeGreaterThan(asked);
});

test("check: doesn't start a second one beside one under way", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/index.json", { kind: "hang" });
  await device.post(CHECK);
  const { status, body } = await device.post(CHECK, { force: true });
  expect([status, body.message, body.state]).toEqual([200, "Check already in progress", "checking"]);
});

test("check: during an install is told to wait, and wipes nothing", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.publish("1.1.0");
  await device.post(CHECK, { force: true });
  await device.app.settled();
  device.host.fault("/1.1.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  const before = (await device.get("/api/update/status")).body;
  const { status, body } = await device.post(CHECK, { force: true });
  expect([status, body.message, body.state]).toEqual([200, "Busy – try again shortly", "installing"]);
  const { latest_version, last_checked } = (await device.get("/api/update/status")).body;
  expect({ latest_version, last_checked }).toEqual({ latest_version: "1.1.0", last_checked: before.last_checked });
});

test("check: by GET starts one too, and ignores force", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  expect((await device.get(CHECK)).body.message).toBe("Update check started");
  await device.app.settled();
  expect((await device.get(`${CHECK}?force=true`)).body.message).toBe("Using cached result");
});

test("check: a failed check leaves what was known, with error and failure", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await device.post(CHECK);
  await device.app.settled();
  device.host.fault("/index.json", { kind: "status", status: 500 });
  await device.post(CHECK, { force: true });
  await device.app.settled();
  const { body } = await device.get("/api/update/status");
  expect(body).toMatchObject({ state: "error", latest_version: "1.0.0", failure: { code: "host_error" } });
  expect(body.error).toBe(body.failure?.message);
});

test.each([
  ["none", undefined, "text/plain"],
  ["an empty one that claims to be JSON", "", "application/json"],
  ["a form", "force=1", "application/x-www-form-urlencoded"],
  ["text", "please", "text/plain"],
])("check: a body that isn't JSON is ignored: %s", async (_, text, type) => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const { status, body } = await device.post(CHECK, text, { "content-type": type });
  expect([status, body.message]).toEqual([200, "Update check started"]);
});

test("check: JSON counts whatever type it claims to be", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await device.post(CHECK);
  await device.app.settled();
  const { body } = await device.post(CHECK, '{"force": true}', { "content-type": "application/x-www-form-urlencoded" });
  expect(body.message).toBe("Update check started");
});

test.each([
  ["broken JSON", '{"force": tru', "application/json"],
  ["broken JSON of no type", '{"force": tru', "text/plain"],
  ["text that claims to be JSON", "please", "application/json; charset=utf-8"],
  ["an array", "[]", "application/json"],
  ["force of another type", '{"force": "yes"}', "application/vnd.pawl+json"],
])("check: %s is refused in JSON, and no check begins", async (_, text, type) => {
  await using device = await Device.start();
  const { status, body } = await device.post(CHECK, text, { "content-type": type });
  expect([status, body.success, body.code]).toEqual([400, false, "bad_request"]);
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "idle", last_checked: null });
});

test("check: a result of ten minutes ago is asked anew, and so is one that failed", async () => {
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  await using device = await Device.start({ clock });
  await device.publish("1.0.0");
  const message = async () => {
    const { body } = await device.post(CHECK);
    await device.app.settled();
    return body.message;
  };
  expect(await message()).toBe("Update check started");
  clock.pass(10 * 60_000 - 1);
  expect(await message()).toBe("Using cached result");
  clock.pass(1);
  device.host.fault("/index.json", { kind: "status", status: 500 });
  expect(await message()).toBe("Update check started");
  device.host.heal();
  expect(await message()).toBe("Update check started");
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "idle", error: null });
});

test("check: a host's limit is kept to until it ends, unless the owner insists", async () => {
  const clock = new HastyClock(new Date().toISOString());
  await using device = await Device.start({ clock });
  await device.publish("1.0.0");
  device.host.fault("/index.json", { kind: "rate-limit", retryAfter: 3600 }, 1);
  expect(await device.checked()).toMatchObject({ state: "error", failure: { code: "rate_limited" } });
  const { body } = await device.post(CHECK);
  expect(body).toMatchObject({ success: true, message: body.failure?.message, failure: { code: "rate_limited" } });
  expect(device.host.requestsTo("/index.json")).toHaveLength(1);
  expect(await device.checked()).toMatchObject({ latest_version: "1.0.0", failure: null });
});
