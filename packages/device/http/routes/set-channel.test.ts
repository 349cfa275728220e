import { SetChannelAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { HastyClock } from "../../testing/device-fixture.ts";
import { Device, type DeviceOptions } from "../testing/device.ts";

const SET = "/api/update/set_channel";

/** A device with 2.0.0 of stable, whose host has 1.0.0 in the channel lab. */
async function withLab(options: DeviceOptions = {}): Promise<Device> {
  const device = await Device.start(options);
  await device.publish("1.0.0", { channel: "lab" });
  await device.have("2.0.0");
  return device;
}

test("set_channel: answers in the words that earlier dashboards look for, and survives a restart", async () => {
  await using device = await withLab();
  const { status, body } = await device.post(SET, { channel: " lab " });
  expect(status).toBe(200);
  expect(SetChannelAnswer.parse(body)).toEqual({
    success: true,
    channel: "lab",
    message: "Channel switched to 'lab'. Run /api/update/check to verify.",
  });
  await device.restart();
  expect((await device.get("/api/update/status")).body.channel).toBe("lab");
  expect((await device.get("/api/update/channels")).body.current_channel).toBe("lab");
});

test("set_channel: drops the cached check, so that the next one asks", async () => {
  await using device = await withLab();
  await device.checked();
  await device.post(SET, { channel: "lab" });
  const dropped = { latest_version: null, last_checked: null, has_update: false, release: null, direction: null };
  expect((await device.get("/api/update/status")).body).toMatchObject(dropped);
  expect((await device.post("/api/update/check")).body.message).toBe("Update check started");
  expect(await device.ended()).toMatchObject({ latest_version: "1.0.0", channel: "lab" });
});

test("set_channel: drops it also when the same channel is chosen again, or one comes back to it", async () => {
  await using device = await withLab();
  await device.checked();
  await device.post(SET, { channel: "stable" });
  expect((await device.get("/api/update/status")).body.last_checked).toBeNull();
  await device.checked();
  await device.post(SET, { channel: "lab" });
  await device.post(SET, { channel: "stable" });
  expect((await device.get("/api/update/status")).body.last_checked).toBeNull();
});

test("set_channel: an older target is shown as down, isn't an update, and is installed by force or by name", async () => {
  await using device = await withLab();
  await device.post(SET, { channel: "lab" });
  const down = { latest_version: "1.0.0", current_version: "2.0.0", direction: "down", has_update: false };
  expect(await device.checked()).toMatchObject(down);
  const refused = await device.post("/api/update/install");
  expect([refused.status, refused.body.code]).toEqual([409, "downgrade_refused"]);
  await expect(device.app.install({ force: false, unattended: true })).rejects.toMatchObject({
    code: "downgrade_refused",
  });
  expect(await device.installed({ force: true })).toMatchObject({ current_version: "1.0.0", direction: null });
  expect(await device.installed({ version: "2.0.0" })).toMatchObject({ current_version: "2.0.0", direction: "down" });
  expect(await device.installed({ version: "1.0.0" })).toMatchObject({ current_version: "1.0.0" });
});

test.each<[object | undefined]>([[undefined], [{}], [{ channel: "" }], [{ channel: "  " }], [{ channel: null }]])(
  "set_channel: %j lacks the channel, in the words that earlier dashboards know",
  async (ask) => {
    await using device = await Device.start();
    const { status, body } = await device.post(SET, ask);
    expect([status, body]).toEqual([
      400,
      { success: false, error: "'channel' field is required", code: "bad_request" },
    ]);
  },
);

test.each<[object | string]>([
  [{ channel: "../../../other/repo/main" }],
  [{ channel: "a..b" }],
  [{ channel: "-u" }],
  [{ channel: "a.lock" }],
  [{ channel: "$(id)" }],
  [{ channel: "x".repeat(81) }],
  [{ channel: 5 }],
  [{ channel: ["stable"] }],
  [{ channel: "stable", forse: true }],
  [["stable"]],
  ['{"channel": "sta'],
  ["channel=stable"],
])("set_channel: %j is malformed, and nobody is asked", async (ask) => {
  await using device = await Device.start();
  const { status, body } = await device.post(SET, ask);
  expect([status, body.code]).toEqual([400, "bad_request"]);
  expect(device.host.requests).toEqual([]);
  expect((await device.get("/api/update/status")).body.channel).toBe("stable");
});

test("set_channel: one that the source hasn't is 404, unless it is forced", async () => {
  await using device = await withLab();
  const { status, body } = await device.post(SET, { channel: "attic" });
  expect([status, body.code]).toEqual([404, "not_found"]);
  expect(body.error).toMatch(/^The source has no channel attic\. It has stable, prerelease[\w, ]*\.$/);
  expect((await device.get("/api/update/status")).body.channel).toBe("stable");
  expect((await device.post(SET, { channel: "attic", force: true })).status).toBe(200);
  expect((await device.get("/api/update/status")).body.channel).toBe("attic");
});

test("set_channel: one that was made just now is found, however fresh the last answer", async () => {
  await using device = await withLab();
  await device.checked();
  await device.publish("3.0.0", { channel: "fresh" });
  expect((await device.post(SET, { channel: "fresh" })).status).toBe(200);
});

test("set_channel: while the host is away a known channel will do, an unknown one needs force", async () => {
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  await using device = await withLab({ clock });
  clock.pass(3_600_000);
  device.host.fault("/index.json", { kind: "status", status: 503 });
  expect((await device.post(SET, { channel: "lab" })).status).toBe(200);
  const { status, body } = await device.post(SET, { channel: "attic" });
  expect([status, body.code]).toEqual([502, "host_error"]);
  expect((await device.post(SET, { channel: "attic", force: true })).status).toBe(200);
});

test("set_channel: a host's limit is 429 and says when to come back", async () => {
  await using device = await Device.start();
  device.host.fault("/index.json", { kind: "rate-limit", retryAfter: 120 });
  const { status, headers, body } = await device.post(SET, { channel: "lab" });
  expect([status, body.code]).toEqual([429, "rate_limited"]);
  expect(Number(headers.get("retry-after"))).toBeGreaterThan(60);
});

test("set_channel: is refused while an update runs, forced or not", async () => {
  await using device = await withLab();
  await device.publish("2.1.0");
  await device.checked();
  device.host.fault("/2.1.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  for (const force of [false, true]) {
    const { status, body } = await device.post(SET, { channel: "lab", force });
    expect([status, body.code]).toEqual([409, "busy"]);
  }
  expect((await device.get("/api/update/status")).body.channel).toBe("stable");
});
