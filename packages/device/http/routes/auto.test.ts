import { AutoAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

const AUTO = "/api/update/auto";

/** The next time it is `HH:MM` on this machine. */
function nextAt(hours: number, minutes: number): string {
  const at = new Date();
  at.setHours(hours, minutes, 0, 0);
  if (at.getTime() <= Date.now()) at.setDate(at.getDate() + 1);
  return at.toISOString();
}

test("auto: by default it checks daily at 04:20 in the device's own time, and installs nothing", async () => {
  await using device = await Device.start();
  const { auto } = (await device.get("/api/update/status")).body;
  expect(auto).toEqual({ check: true, time: "04:20", install: false, window: null, next_run: nextAt(4, 20) });
});

test("auto: switches the check, its time and installing; status shows the same, also after a restart", async () => {
  await using device = await Device.start({ app: { window: "02:00-05:00" } });
  const { status, body } = await device.post(AUTO, { enabled: true, time: "23:05", install: true });
  expect(status).toBe(200);
  const { auto } = AutoAnswer.parse(body);
  expect(auto).toEqual({ check: true, time: "23:05", install: true, window: "02:00-05:00", next_run: nextAt(23, 5) });
  expect((await device.get("/api/update/status")).body.auto).toEqual(auto);
  await device.restart();
  expect((await device.get("/api/update/status")).body.auto).toEqual(auto);
});

test("auto: what isn't named stays, and a check that is off has no next run", async () => {
  await using device = await Device.start();
  await device.post(AUTO, { enabled: true, time: "23:05", install: true });
  const off = (await device.post(AUTO, { enabled: false })).body.auto;
  expect(off).toEqual({ check: false, time: "23:05", install: true, window: null, next_run: null });
  const on = (await device.post(AUTO, { enabled: true, install: false })).body.auto;
  expect(on).toMatchObject({ check: true, time: "23:05", install: false, next_run: nextAt(23, 5) });
});

test("auto: can be switched while an update runs", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/1.0.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  expect((await device.post(AUTO, { enabled: false })).status).toBe(200);
  expect((await device.get("/api/update/status")).body).toMatchObject({ state: "installing", auto: { check: false } });
});

test("auto: each app has its own", async () => {
  await using device = await Device.start({ apps: ["kitchen", "hall"] });
  await device.post("/api/apps/hall/update/auto", { enabled: false });
  const { apps = [] } = (await device.get("/api/apps")).body;
  expect(apps.map(({ name, auto }) => [name, auto.check])).toEqual([
    ["kitchen", true],
    ["hall", false],
  ]);
});

test.each<[object | string | undefined, string]>([
  [undefined, 'The field "enabled" is missing.'],
  [{ enabled: "yes" }, '"enabled"'],
  [{ enabled: true, time: "25:00" }, "must be a time of day such as 04:20"],
  [{ enabled: true, time: "4:20" }, '"time"'],
  [{ enabled: true, install: 1 }, '"install"'],
  [{ enabled: true, tmie: "04:20" }, 'There is no field "tmie" in this call.'],
  [[true], "JSON object"],
  ['{"enabled": tr', "JSON object"],
])("auto: %j is refused with a sentence, and nothing changes", async (ask, words) => {
  await using device = await Device.start();
  const before = (await device.get("/api/update/settings")).body;
  const { status, body } = await device.post(AUTO, ask);
  expect([status, body.success, body.code]).toEqual([400, false, "bad_request"]);
  expect(body.error).toContain(words);
  expect((await device.get("/api/update/settings")).body).toEqual(before);
});
