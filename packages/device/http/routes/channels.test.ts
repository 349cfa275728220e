import { ChannelsAnswer } from "@pawl/protocol";
import { expect, test } from "vitest";
import { HastyClock } from "../../testing/device-fixture.ts";
import { Device } from "../testing/device.ts";

const CHANNELS = "/api/update/channels";

test("channels: a source of releases has stable, prerelease and the names in its index", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await device.publish("1.1.0", { channel: "lab" });
  await device.publish("1.2.0", { channel: "beta/west" });
  const { status, body } = await device.get(CHANNELS);
  expect(status).toBe(200);
  const { channels, current_channel, warning } = ChannelsAnswer.parse(body);
  expect([...channels].sort()).toEqual(["beta/west", "lab", "prerelease", "stable"]);
  expect([current_channel, warning]).toEqual(["stable", undefined]);
});

test("channels: main, dev and develop come first in that order, the rest after", async () => {
  await using device = await Device.start();
  for (const channel of ["lab", "develop", "main", "dev"]) await device.publish(`1.0.0-${channel}`, { channel });
  const { channels } = (await device.get(CHANNELS)).body;
  expect(channels?.slice(0, 3)).toEqual(["main", "dev", "develop"]);
  expect(channels?.slice(3).sort()).toEqual(["lab", "prerelease", "stable"]);
});

test("channels: the one that is followed is among them, whether the source has it or not", async () => {
  await using device = await Device.start({ app: { channel: "gone" } });
  await device.publish("1.0.0");
  expect((await device.get(CHANNELS)).body).toMatchObject({
    channels: ["stable", "prerelease", "gone"],
    current_channel: "gone",
  });
});

test("channels: while the host is away, the last known list with a warning", async () => {
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  await using device = await Device.start({ clock });
  await device.publish("1.0.0", { channel: "lab" });
  const known = (await device.get(CHANNELS)).body;
  device.host.fault("/index.json", { kind: "status", status: 500 });
  clock.pass(11 * 60_000);
  await device.restart();
  const { status, body } = await device.get(CHANNELS);
  expect([status, body.channels]).toEqual([200, known.channels]);
  expect(body.warning).toMatch(/\. These are the channels known so far\.$/);
});

test("channels: when the host was never reached, stable and the current one with a warning", async () => {
  await using device = await Device.start({ app: { channel: "lab" } });
  device.host.fault("/index.json", { kind: "status", status: 500 });
  const { status, body } = await device.get(CHANNELS);
  expect([status, body.channels, body.current_channel]).toEqual([200, ["stable", "lab"], "lab"]);
  expect(ChannelsAnswer.parse(body).warning).toMatch(/known so far/);
});

test("channels: the source is asked seldom: what a check has seen will do for ten minutes, also after a restart", async () => {
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  await using device = await Device.start({ clock });
  await device.publish("1.0.0");
  await device.checked();
  const asked = () => device.host.requestsTo("/index.json").length;
  const before = asked();
  await device.get(CHANNELS);
  await device.restart();
  await device.get(CHANNELS);
  expect(asked()).toBe(before);
  clock.pass(10 * 60_000);
  await device.get(CHANNELS);
  expect(asked()).toBe(before + 1);
});

test("channels: however many pages ask at once, the source is asked once", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const paths = [CHANNELS, "/api/update/changelog", CHANNELS, "/api/update/changelog", CHANNELS];
  const answers = await Promise.all(paths.map((path) => device.get(path)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect(device.host.requestsTo("/index.json")).toHaveLength(1);
});

test("channels: a host's limit is kept to until it ends, and said", async () => {
  const clock = new HastyClock(new Date().toISOString());
  await using device = await Device.start({ clock });
  await device.publish("1.0.0");
  device.host.fault("/index.json", { kind: "rate-limit", retryAfter: 3600 });
  expect((await device.get(CHANNELS)).body.warning).toBeDefined();
  const asked = device.host.requests.length;
  expect((await device.get(CHANNELS)).body.warning).toBeDefined();
  expect(device.host.requests).toHaveLength(asked);
  device.host.heal();
  clock.pass(2 * 3_600_000);
  expect((await device.get(CHANNELS)).body.warning).toBeUndefined();
});

test("channels: answers while an update runs", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  device.host.fault("/1.0.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  expect((await device.get(CHANNELS)).body).toMatchObject({ channels: ["stable", "prerelease"] });
});
