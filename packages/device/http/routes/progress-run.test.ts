import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";
import { EventReader, type Received } from "../testing/events.ts";

const PROGRESS = "/api/update/progress";
const SERVICES = [{ command: { start: ["true"], stop: ["true"] } }];

const lines = (received: readonly Received[]) =>
  received.flatMap(({ event }) => (event.type === "line" ? [event.line] : []));

test("progress: says the lines that earlier dashboards look for, in their order", async () => {
  await using device = await Device.start({ app: { services: SERVICES } });
  await device.publish("1.0.0");
  await device.post("/api/update/install");
  await using reader = await EventReader.open(device.url(PROGRESS));
  const all = lines(await reader.rest());
  expect(all[0]).toBe("[The kitchen updater] Starting update…");
  const restart = all.findIndex((line) => /^Restarting service in \d+ seconds…$/.test(line));
  expect(restart).toBeGreaterThan(0);
  expect(restart).toBeLessThan(all.length - 1);
  expect(all.at(-1)).toBe("✓ Upgraded to 1.0.0 on channel 'stable'");
});

test("progress: a failure ends with ✗ and done, and nothing was said to be complete before", async () => {
  await using device = await Device.start({ within: "1s" });
  await device.have("1.0.0");
  await device.publish("1.1.0", { works: false });
  await device.checked();
  await device.post("/api/update/install");
  await using reader = await EventReader.open(device.url(PROGRESS));
  const all = await reader.rest();
  expect(lines(all).at(-1)).toMatch(/^✗ .*1\.1\.0/);
  expect(all.at(-1)?.event).toMatchObject({ type: "done", state: "error", error: expect.any(String) });
  const states = all.flatMap(({ event }) => (event.type === "status" ? [event.state] : []));
  expect(states).not.toContain("complete");
  const percents = all.flatMap(({ event }) => (event.type === "progress" ? [event.percent] : []));
  expect(percents).not.toContain(100);
});

test("progress: complete and 100 % are said only when the release is committed", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await device.post("/api/update/install");
  await using reader = await EventReader.open(device.url(PROGRESS));
  for (let next = await reader.next(); next; next = await reader.next()) {
    const { event } = next;
    const isEnd = event.type === "done" || (event.type === "progress" && event.percent === 100);
    if (!isEnd) continue;
    const { body } = await device.get("/api/update/status");
    expect(body).toMatchObject({ current_version: "1.0.0", state: "complete" });
  }
});

test("progress: the phases come in their order, the last of them before done", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  await device.post("/api/update/install");
  await using reader = await EventReader.open(device.url(PROGRESS));
  const phases = (await reader.rest()).flatMap(({ event }) => (event.type === "status" ? [event.phase] : []));
  const order = "downloading verifying staging backing_up activating restarting health_check".split(" ");
  expect(phases.filter((phase, at) => phase !== null && phases.indexOf(phase) === at)).toEqual(order);
});
