import { writeFile } from "node:fs/promises";
import { CancelAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

test("cancel: stops a download, and nothing was changed", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.publish("1.1.0");
  device.host.fault("/1.1.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install", { version: "1.1.0" });
  const { status, body } = await device.post("/api/update/cancel");
  expect(status).toBe(200);
  expect(CancelAnswer.parse(body)).toMatchObject({ message: expect.stringContaining("cancelled") });
  await device.app.settled();
  const after = (await device.get("/api/update/status")).body;
  expect(after).toMatchObject({ state: "idle", current_version: "1.0.0", last_result: "cancelled", error: null });
});

test("cancel: when nothing runs any more is a conflict", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  const { status, body } = await device.post("/api/update/cancel");
  expect([status, body.success]).toEqual([409, false]);
  expect(body.error).toMatch(/nothing to cancel/);
});

test("cancel: once the switch has begun it is too late, and the update goes on", async () => {
  const health = (home: string) => [{ command: ["test", "-e", `${home}/go`], within: "20s", steady: "0ms" }];
  await using device = await Device.start({ app: (home) => ({ health: health(home) }) });
  await device.publish("1.0.0");
  await device.post("/api/update/install");
  await expect.poll(async () => (await device.get("/api/update/status")).body.phase).toBe("health_check");
  const { status, body } = await device.post("/api/update/cancel");
  expect([status, body.success, body.code]).toEqual([409, false, "busy"]);
  expect(body.error).toMatch(/too late to cancel/);
  await writeFile(`${device.home}/go`, "");
  expect(await device.ended()).toMatchObject({ state: "complete", current_version: "1.0.0" });
});
