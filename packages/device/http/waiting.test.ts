import { expect, test } from "vitest";
import { HastyClock } from "../testing/device-fixture.ts";
import { Device } from "./testing/device.ts";

/** A device with 1.0.0 on which the nightly 1.1.0 is downloaded and waits for its window. */
async function waiting(): Promise<{ device: Device; clock: HastyClock; updateId: string }> {
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  const hour = (ahead: number) => `${String((clock.now().getHours() + ahead) % 24).padStart(2, "0")}:00`;
  const device = await Device.start({ clock, app: { window: `${hour(2)}-${hour(3)}` } });
  await device.publish("1.0.0", { channel: "lab" });
  await device.installed({ version: "1.0.0" });
  await device.publish("1.1.0");
  await device.checked();
  const { update_id } = await device.app.install({ force: false, unattended: true });
  await device.app.settled();
  return { device, clock, updateId: update_id };
}

test("status: an update that waits says so, and is still an update one may have at once", async () => {
  const { device, updateId } = await waiting();
  await using _ = device;
  const { body } = await device.get("/api/update/status");
  expect(body).toMatchObject({ state: "installing", phase: "waiting", update_id: updateId, has_update: true });
  expect(body.current_version).toBe("1.0.0");
});

test("check: works while an update waits, which waits on", async () => {
  const { device, updateId } = await waiting();
  await using _ = device;
  await device.publish("1.2.0");
  const { status, body } = await device.post("/api/update/check", { force: true });
  expect([status, body.message]).toEqual([200, "Update check started"]);
  expect(await device.ended()).toMatchObject({ phase: "waiting", update_id: updateId, latest_version: "1.2.0" });
});

test("install: an owner's starts the waiting one at once", async () => {
  const { device, updateId } = await waiting();
  await using _ = device;
  const bundles = device.host.requests.length;
  const { status, body } = await device.post("/api/update/install");
  expect([status, body.update_id]).toEqual([200, updateId]);
  expect(await device.ended()).toMatchObject({ state: "complete", current_version: "1.1.0" });
  expect(device.host.requests).toHaveLength(bundles);
});

test("install: an owner's waits for no window", async () => {
  const { device } = await waiting();
  await using _ = device;
  await device.post("/api/update/cancel");
  expect(await device.installed()).toMatchObject({ state: "complete", current_version: "1.1.0" });
});

test("cancel: takes away an update that waits, and nothing was changed", async () => {
  const { device, clock, updateId } = await waiting();
  await using _ = device;
  const { status, body } = await device.post("/api/update/cancel");
  expect([status, body.message]).toEqual([200, "The update was cancelled. Nothing was changed."]);
  clock.pass(2 * 3_600_000);
  await device.restart();
  expect(await device.app.resume()).toBe(false);
  expect(await device.ended()).toMatchObject({ state: "idle", current_version: "1.0.0", last_result: "cancelled" });
  expect((await device.get("/api/update/history")).body.updates?.[0]).toMatchObject({
    id: updateId,
    result: "cancelled",
  });
});

test("set_channel: works while an update waits, which then doesn't come any more", async () => {
  const { device, clock } = await waiting();
  await using _ = device;
  expect((await device.post("/api/update/set_channel", { channel: "lab" })).status).toBe(200);
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "idle", channel: "lab" });
  clock.pass(2 * 3_600_000);
  expect(await device.app.resume()).toBe(false);
  expect((await device.get("/api/update/status")).body.current_version).toBe("1.0.0");
});

test("an update that waits goes on when its window opens, over a restart", async () => {
  const { device, clock, updateId } = await waiting();
  await using _ = device;
  clock.pass(2 * 3_600_000);
  await device.restart();
  expect(await device.app.resume()).toBe(true);
  expect(await device.ended()).toMatchObject({ state: "complete", current_version: "1.1.0", update_id: updateId });
});
