import { SkipAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { HastyClock } from "../../testing/device-fixture.ts";
import { Device, type DeviceOptions } from "../testing/device.ts";

const SKIP = "/api/update/skip";

/** A device with 1.0.0 that knows of 1.1.0. */
async function withNews(options: DeviceOptions = {}): Promise<Device> {
  const device = await Device.start(options);
  await device.have("1.0.0");
  await device.publish("1.1.0");
  await device.checked();
  return device;
}

/** Installs open in another hour than now. */
function waitsForWindow(): DeviceOptions {
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  const hour = (clock.now().getHours() + 2) % 24;
  const at = (hours: number) => `${String(hours % 24).padStart(2, "0")}:00`;
  return { clock, app: { window: `${at(hour)}-${at(hour + 1)}` } };
}

test("skip: a skipped version isn't offered, stays known, and that survives a restart and a check", async () => {
  await using device = await withNews();
  const { status, body } = await device.post(SKIP, { version: "1.1.0", skip: true });
  expect(status).toBe(200);
  expect(SkipAnswer.parse(body)).toEqual({ success: true, skipped_version: "1.1.0" });
  const skipped = { has_update: false, direction: "up", latest_version: "1.1.0", skipped_version: "1.1.0" };
  expect((await device.get("/api/update/status")).body).toMatchObject(skipped);
  await device.restart();
  expect(await device.checked()).toMatchObject(skipped);
});

test("skip: it isn't installed by itself, nor by an install that names none", async () => {
  await using device = await withNews();
  await device.post(SKIP, { version: "1.1.0", skip: true });
  const unattended = device.app.install({ force: false, unattended: true });
  await expect(unattended).rejects.toMatchObject({ code: "up_to_date" });
  const { status, body } = await device.post("/api/update/install");
  expect([status, body.code]).toEqual([409, "up_to_date"]);
  expect(body.error).toContain("1.1.0 is the newest release, and it is skipped");
  expect((await device.get("/api/update/status")).body.current_version).toBe("1.0.0");
});

test("skip: an unattended install that has to ask first doesn't install it either", async () => {
  await using device = await withNews();
  await device.post(SKIP, { version: "1.1.0", skip: true });
  await device.post("/api/update/set_channel", { channel: "stable" }); // Drops what the check found.
  await device.app.install({ force: false, unattended: true });
  expect(await device.ended()).toMatchObject({ current_version: "1.0.0", failure: { code: "up_to_date" } });
});

test("skip: by name it is installed all the same", async () => {
  await using device = await withNews();
  await device.post(SKIP, { version: "1.1.0", skip: true });
  expect(await device.installed({ version: "1.1.0" })).toMatchObject({ current_version: "1.1.0" });
});

test("skip: a newer version is offered again, and one that is skipped no more", async () => {
  await using device = await withNews();
  await device.post(SKIP, { version: "1.1.0", skip: true });
  await device.publish("1.2.0");
  expect(await device.checked()).toMatchObject({ has_update: true, latest_version: "1.2.0", skipped_version: "1.1.0" });
  await device.post(SKIP, { version: "1.2.0", skip: true });
  expect((await device.get("/api/update/status")).body).toMatchObject({ has_update: false, skipped_version: "1.2.0" });
  expect((await device.post(SKIP, { version: "1.2.0", skip: false })).body.skipped_version).toBeNull();
  expect((await device.get("/api/update/status")).body).toMatchObject({ has_update: true, skipped_version: null });
});

test("skip: taking back another version than the skipped one changes nothing; a leading v doesn't matter", async () => {
  await using device = await withNews();
  await device.post(SKIP, { version: "v1.1.0", skip: true });
  expect((await device.get("/api/update/status")).body.has_update).toBe(false);
  expect((await device.post(SKIP, { version: "1.0.0", skip: false })).body.skipped_version).toBe("v1.1.0");
  expect((await device.post(SKIP, { version: "1.1.0", skip: false })).body.skipped_version).toBeNull();
});

test("skip: an update to it that waits for its window is cancelled", async () => {
  await using device = await withNews(waitsForWindow());
  await device.app.install({ force: false, unattended: true });
  expect(await device.ended()).toMatchObject({ phase: "waiting" });
  await device.post(SKIP, { version: "1.1.0", skip: true });
  expect(await device.ended()).toMatchObject({ state: "idle", last_result: "cancelled", current_version: "1.0.0" });
});

test("skip: an update to another version waits on, also when the skipped one is the newest", async () => {
  await using device = await withNews(waitsForWindow());
  await device.app.install({ force: false, unattended: true });
  await device.ended();
  await device.publish("1.2.0");
  await device.checked();
  await device.post(SKIP, { version: "1.2.0", skip: true });
  expect(await device.ended()).toMatchObject({ phase: "waiting", latest_version: "1.2.0", skipped_version: "1.2.0" });
});

test("skip: can be said while an update runs", async () => {
  await using device = await withNews();
  device.host.fault("/1.1.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  expect((await device.post(SKIP, { version: "1.1.0", skip: true })).status).toBe(200);
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "installing" });
});

test.each<[object | undefined, string]>([
  [undefined, '"version"'],
  [{ version: "1.1.0" }, 'The field "skip" is missing.'],
  [{ version: "../1.1.0", skip: true }, "must be a version such as 1.4.0"],
  [{ version: 1.1, skip: true }, '"version"'],
  [["1.1.0"], "JSON object"],
])("skip: %j is refused with a sentence", async (ask, words) => {
  await using device = await Device.start();
  const { status, body } = await device.post(SKIP, ask);
  expect([status, body.code]).toEqual([400, "bad_request"]);
  expect(body.error).toContain(words);
  expect((await device.get("/api/update/status")).body.skipped_version).toBeNull();
});
