import { SeenAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

const SEEN = "/api/update/seen";

/** A device that went back to 1.0.0 by itself. */
async function rolledBack(): Promise<Device> {
  const device = await Device.start({ within: "1s" });
  await device.have("1.0.0");
  await device.publish("1.1.0", { works: false });
  await device.checked();
  await device.installed();
  return device;
}

test("seen: until then a result stays on status, also after later checks and a restart", async () => {
  await using device = await rolledBack();
  const told = { last_result: "rolled_back", failure: { code: "health_failed", back_on: "1.0.0" } };
  expect((await device.get("/api/update/status")).body).toMatchObject({ ...told, state: "error" });
  expect(await device.checked()).toMatchObject({ ...told, state: "idle" });
  await device.restart();
  expect((await device.get("/api/update/status")).body).toMatchObject(told);
});

test("seen: clears result, failure, error and state; neither a check nor a restart brings them back", async () => {
  await using device = await rolledBack();
  const { status, body } = await device.post(SEEN);
  expect(status).toBe(200);
  expect(SeenAnswer.parse(body)).toEqual({ success: true, last_result: null });
  const cleared = { last_result: null, failure: null, error: null, state: "idle", refused_versions: ["1.1.0"] };
  expect((await device.get("/api/update/status")).body).toMatchObject(cleared);
  expect(await device.checked()).toMatchObject(cleared);
  await device.restart();
  expect((await device.get("/api/update/status")).body).toMatchObject(cleared);
  expect((await device.get("/api/update/history")).body.updates?.[0]).toMatchObject({ result: "rolled_back" });
});

test("seen: an update that worked is told once", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "complete", last_result: "success" });
  await device.post(SEEN);
  const { state, last_result, current_version } = (await device.get("/api/update/status")).body;
  expect({ state, last_result, current_version }).toEqual({
    state: "idle",
    last_result: null,
    current_version: "1.0.0",
  });
});

test("seen: an install that couldn't reach its host is over, too", async () => {
  await using device = await Device.start();
  device.host.fault("/index.json", { kind: "status", status: 500 });
  expect(await device.installed()).toMatchObject({ state: "error", failure: { code: "host_error" } });
  await device.post(SEEN);
  const cleared = { state: "idle", error: null, failure: null, last_result: null };
  expect((await device.get("/api/update/status")).body).toMatchObject(cleared);
});

test("seen: a check that fails afterwards is news, and the update's end doesn't come back with it", async () => {
  await using device = await rolledBack();
  await device.post(SEEN);
  device.host.fault("/index.json", { kind: "status", status: 500 });
  expect(await device.checked()).toMatchObject({
    state: "error",
    error: expect.any(String),
    failure: { code: "host_error" },
    last_result: null,
  });
  device.host.heal();
  expect(await device.checked()).toMatchObject({ state: "idle", failure: null, last_result: null });
});

test("seen: the next update's end is told again", async () => {
  await using device = await rolledBack();
  await device.post(SEEN);
  await device.publish("1.2.0");
  await device.checked();
  expect(await device.installed()).toMatchObject({ state: "complete", last_result: "success" });
});

test("seen: with the next install an earlier end is no longer told", async () => {
  await using device = await rolledBack();
  await device.publish("1.2.0");
  await device.checked();
  device.host.fault("/1.2.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  const running = { state: "installing", last_result: null, failure: null };
  expect((await device.get("/api/update/status")).body).toMatchObject(running);
});

test("seen: said during an install it is about the one before; how this one ends is told", async () => {
  await using device = await rolledBack();
  await device.publish("1.2.0");
  await device.checked();
  device.host.fault("/1.2.0/kitchen", { kind: "hang" }, 1);
  await device.post("/api/update/install");
  expect((await device.post(SEEN)).body).toEqual({ success: true, last_result: null });
  await device.post("/api/update/cancel");
  expect(await device.ended()).toMatchObject({ state: "idle", last_result: "cancelled" });
});

test("seen: where nothing ever happened there is nothing to see", async () => {
  await using device = await Device.start();
  expect((await device.post(SEEN)).body).toEqual({ success: true, last_result: null });
  await device.have("1.0.0");
  expect((await device.get("/api/update/status")).body.last_result).toBe("success");
});
