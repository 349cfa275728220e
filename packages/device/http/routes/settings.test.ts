import { SettingsAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";

const SETTINGS = "/api/update/settings";

const FROM_FILE = {
  success: true,
  auto: { check: true, time: "03:00", install: true },
  channel: "lab",
  window: "02:00-05:00",
  own: [],
};

/** A device whose pawl.yaml says something of every setting. */
async function configured(): Promise<Device> {
  const auto = { time: "03:00", install: true };
  const device = await Device.start({ app: { channel: "lab", window: "02:00-05:00", auto } });
  await device.publish("1.0.0");
  return device;
}

test("settings: as pawl.yaml has them, as long as the owner has chosen nothing", async () => {
  await using device = await configured();
  const { status, body } = await device.get(SETTINGS);
  expect(status).toBe(200);
  expect(SettingsAnswer.parse(body)).toEqual(FROM_FILE);
  expect(body).toEqual(FROM_FILE);
});

test("settings: only what is named changes; `own` says which come from the owner, over a restart", async () => {
  await using device = await configured();
  const { status, body } = await device.post(SETTINGS, { auto: { time: "23:00" }, channel: "stable" });
  expect(status).toBe(200);
  const changed = {
    ...FROM_FILE,
    auto: { check: true, time: "23:00", install: true },
    channel: "stable",
    own: ["auto.time", "channel"],
  };
  expect(body).toEqual(changed);
  await device.restart();
  expect((await device.get(SETTINGS)).body).toEqual(changed);
  const { channel, auto } = (await device.get("/api/update/status")).body;
  expect([channel, auto?.time, auto?.window]).toEqual(["stable", "23:00", "02:00-05:00"]);
});

test("settings: null goes back to pawl.yaml, one by one", async () => {
  await using device = await configured();
  const mine = { auto: { check: false, time: "23:00", install: false }, channel: "stable", window: "" };
  const { own } = (await device.post(SETTINGS, mine)).body;
  expect(own).toEqual(["auto.check", "auto.time", "auto.install", "channel", "window"]);
  const some = (await device.post(SETTINGS, { auto: { check: null, time: null }, window: null })).body;
  expect(some).toMatchObject({ auto: { check: true, time: "03:00", install: false }, window: "02:00-05:00" });
  expect(some.own).toEqual(["auto.install", "channel"]);
  expect((await device.post(SETTINGS, { auto: { install: null }, channel: null })).body).toEqual(FROM_FILE);
});

test("settings: an empty window means at any time, whatever pawl.yaml says", async () => {
  await using device = await configured();
  expect((await device.post(SETTINGS, { window: "" })).body).toMatchObject({ window: null, own: ["window"] });
  expect((await device.get("/api/update/status")).body.auto?.window).toBeNull();
});

test("settings: what the other calls chose is the owner's, too", async () => {
  await using device = await configured();
  await device.post("/api/update/auto", { enabled: false });
  await device.post("/api/update/set_channel", { channel: "stable" });
  expect((await device.get(SETTINGS)).body).toMatchObject({
    auto: { check: false },
    channel: "stable",
    own: ["auto.check", "channel"],
  });
});

test("settings: another channel must be one the source has, and drops the cached check", async () => {
  await using device = await configured();
  await device.publish("2.0.0", { channel: "lab" });
  expect(await device.checked()).toMatchObject({ latest_version: "2.0.0" });
  const missing = await device.post(SETTINGS, { channel: "attic", auto: { time: "23:00" } });
  expect([missing.status, missing.body.code]).toEqual([404, "not_found"]);
  expect((await device.get(SETTINGS)).body).toEqual(FROM_FILE);
  await device.post(SETTINGS, { channel: "stable" });
  expect((await device.get("/api/update/status")).body).toMatchObject({ latest_version: null, last_checked: null });
});

test("settings: a page may send all there is: the same channel asks nobody, also while an update runs", async () => {
  await using device = await configured();
  await device.publish("2.0.0", { channel: "lab" });
  device.host.fault("/2.0.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  const all = { auto: { check: true, time: "01:00", install: true }, channel: "lab", window: "02:00-05:00" };
  expect((await device.post(SETTINGS, all)).status).toBe(200);
  for (const channel of ["stable", "attic"]) {
    const { status, body } = await device.post(SETTINGS, { channel });
    expect([status, body.code]).toEqual([409, "busy"]);
  }
});

test("settings: going back to pawl.yaml's channel is a change of channel: not while an update runs, and without asking", async () => {
  await using device = await configured();
  await device.post(SETTINGS, { channel: "stable" });
  device.host.fault("/index.json", { kind: "status", status: 500 });
  expect((await device.post(SETTINGS, { channel: null })).body).toMatchObject({ channel: "lab", own: [] });
  device.host.heal();
  await device.post(SETTINGS, { channel: "stable" });
  device.host.fault("/1.0.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  expect((await device.post(SETTINGS, { channel: null })).status).toBe(409);
});

test("settings: of ten that change different ones at once, none is lost", async () => {
  await using device = await configured();
  const asks = [{ auto: { check: false } }, { auto: { time: "23:00" } }, { auto: { install: false } }, { window: "" }];
  await Promise.all([...asks, ...asks, ...asks].map((ask) => device.post(SETTINGS, ask)));
  expect((await device.get(SETTINGS)).body.own).toEqual(["auto.check", "auto.time", "auto.install", "window"]);
});

test.each<[object | string, string]>([
  [{ window: "2-5" }, "must be two times of day such as 02:00-05:00"],
  [{ auto: { time: "24:00" } }, '"auto.time"'],
  [{ auto: { check: "on" } }, '"auto.check"'],
  [{ auto: { jitter: "1h" } }, 'There is no field "jitter"'],
  [{ channel: "../x" }, '"channel"'],
  [{ chanel: "stable" }, 'There is no field "chanel"'],
  [[{ window: "" }], "JSON object"],
  ['{"window"', "JSON object"],
])("settings: %j is refused with a sentence, and nothing changes", async (ask, words) => {
  await using device = await configured();
  const { status, body } = await device.post(SETTINGS, ask);
  expect([status, body.code]).toEqual([400, "bad_request"]);
  expect(body.error).toContain(words);
  expect((await device.get(SETTINGS)).body).toEqual(FROM_FILE);
});
