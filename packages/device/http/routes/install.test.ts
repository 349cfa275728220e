import { StartedAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";
import { EventReader } from "../testing/events.ts";

test.each(["install", "apply"])(
  "install: POST %s answers at once and goes on, also when no check was ever made",
  async (verb) => {
    await using device = await Device.start();
    await device.publish("1.0.0");
    const { status, body } = await device.post(`/api/update/${verb}`);
    expect(status).toBe(200);
    expect(StartedAnswer.parse(body)).toMatchObject({ state: "installing" });
    expect(body.message).toContain("'stable'");
    await device.app.settled();
    const after = (await device.get("/api/update/status")).body;
    expect(after).toMatchObject({
      state: "complete",
      current_version: "1.0.0",
      last_result: "success",
      update_id: body.update_id,
    });
  },
);

test("install: while one runs is a conflict", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/1.0.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  const { status, body } = await device.post("/api/update/install", { force: true });
  expect([status, body.success, body.code]).toEqual([409, false, "busy"]);
  expect((await device.post("/api/update/rollback")).status).toBe(409);
});

test("install: the next one may begin as soon as the end of the one before was told", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  for (let n = 0; n < 5; n++) {
    const { status, body } = await device.post("/api/update/install", { force: true });
    expect([status, body.error]).toEqual([200, undefined]);
    await using reader = await EventReader.open(device.url("/api/update/progress"));
    await reader.until("done");
  }
});

test("§3 up_to_date: install: of what is there already is a conflict that names version and force, and force installs it", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  const { status, body } = await device.post("/api/update/install", { force: false });
  expect([status, body.code]).toEqual([409, "up_to_date"]);
  expect(body.error).toContain("1.0.0");
  expect(body.error).toContain("force");
  expect((await device.post("/api/update/install", { force: true })).status).toBe(200);
  await device.app.settled();
  expect((await device.get("/api/update/status")).body.last_result).toBe("success");
});

test("install: of a named version installs that one", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await device.have("1.1.0");
  expect((await device.post("/api/update/install", { version: "1.0.0" })).status).toBe(200);
  await device.app.settled();
  expect((await device.get("/api/update/status")).body.current_version).toBe("1.0.0");
});

test("install: with a field it doesn't know installs nothing: a misspelt version must not mean the newest", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const { status, body } = await device.post("/api/update/install", { verison: "0.9.0" });
  expect([status, body.code]).toEqual([400, "bad_request"]);
  expect(body.error).toContain("verison");
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "idle", current_version: null });
});
