import { StatusAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("GET status has every field, and asks nobody", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const { status, headers, body } = await device.get("/api/update/status");
  expect(status).toBe(200);
  expect(headers.get("cache-control")).toBe("no-store");
  const answer = StatusAnswer.parse(body);
  expect(body).toEqual(answer);
  expect(answer).toMatchObject({ current_version: null, latest_version: null, has_update: false, state: "idle" });
  expect(device.host.requests).toEqual([]);
});

test("GET status answers during an install, and tells how far it is", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/1.0.0/kitchen", { kind: "hang" });
  const { body } = await device.post("/api/update/install");
  const status = StatusAnswer.parse((await device.get("/api/update/status")).body);
  expect(status).toMatchObject({ state: "installing", phase: "downloading", update_id: body.update_id });
});
