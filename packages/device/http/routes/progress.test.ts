import { once } from "node:events";
import { appendFile, mkdir } from "node:fs/promises";
import { connect } from "node:net";
import type { UpdateEvent } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Device } from "../testing/device.ts";
import { EventReader, type Received } from "../testing/events.ts";
import { requestText } from "../testing/raw-request.ts";

const PROGRESS = "/api/update/progress";
const UPDATE = "0mwq35sou-1lvwfp";

const line = (text: string): UpdateEvent => ({ type: "line", line: text, level: "info" });
const types = (received: readonly Received[]) => received.map(({ event }) => event.type);
const lines = (received: readonly Received[]) =>
  received.flatMap(({ event }) => (event.type === "line" ? [event.line] : []));

/** Writes into an update's log as root's side does, from wherever it runs. */
async function write(device: Device, events: readonly UpdateEvent[], updateId = UPDATE): Promise<void> {
  const rows = events.map((event) => `${JSON.stringify({ at: new Date().toISOString(), event })}\n`);
  const dir = `${device.stateDir}/kitchen/apply/log`;
  await mkdir(dir, { recursive: true });
  await appendFile(`${dir}/${updateId}.jsonl`, rows.join(""));
}

test("progress: tells an update from its first line to done, then closes", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const { body } = await device.post("/api/update/install");
  await using reader = await EventReader.open(device.url(PROGRESS));
  const { headers } = reader.response;
  expect(headers.get("content-type")).toBe("text/event-stream");
  expect(headers.get("cache-control")).toBe("no-cache");
  expect(headers.get("x-accel-buffering")).toBe("no");
  const all = await reader.rest();
  expect(all[0]).toEqual({ id: `${body.update_id}:0`, event: { type: "connected", message: expect.any(String) } });
  expect(lines(all)[0]).toBe("[The kitchen updater] Starting update…");
  expect(lines(all).at(-1)).toBe("✓ Upgraded to 1.0.0 on channel 'stable'");
  expect(all.at(-1)?.event).toEqual({ type: "done", state: "complete", error: null });
  const places = all.map(({ id }) => Number(id?.split(":")[1]));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  const percents = all.flatMap(({ event }) => (event.type === "progress" ? [event.percent] : []));
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(percents.at(-1)).toBe(100);
});

test("progress: who comes late gets the lines there were, and who comes after the end the whole run", async () => {
  await using device = await Device.start();
  await write(device, [line("one"), line("two")]);
  await using late = await EventReader.open(device.url(PROGRESS));
  await late.next();
  expect(lines([await late.next(), await late.next()].flatMap((each) => each ?? []))).toEqual(["one", "two"]);
  await write(device, [line("three"), { type: "done", state: "error", error: "No." }]);
  expect(types(await late.rest())).toEqual(["line", "done"]);
  await using after = await EventReader.open(device.url(PROGRESS));
  const all = await after.rest();
  expect(types(all)).toEqual(["connected", "line", "line", "line", "done"]);
  expect(all.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4].map((n) => `${UPDATE}:${n}`));
});

test("progress: who comes back with an id goes on after it", async () => {
  await using device = await Device.start();
  await write(device, [line("one"), line("two"), line("three"), { type: "done", state: "idle", error: null }]);
  const headers = { "last-event-id": `${UPDATE}:2` };
  await using byHeader = await EventReader.open(device.url(PROGRESS), headers);
  const all = await byHeader.rest();
  expect(all[0]?.id).toBe(`${UPDATE}:2`);
  expect(lines(all)).toEqual(["three"]);
  await using byQuery = await EventReader.open(device.url(`${PROGRESS}?last_event_id=${UPDATE}:1`));
  expect(lines(await byQuery.rest())).toEqual(["two", "three"]);
});

test("progress: who comes back after a restart goes on after its id", async () => {
  await using device = await Device.start();
  await write(device, [line("one"), line("two")]);
  await using reader = await EventReader.open(device.url(PROGRESS));
  const seen = [await reader.next(), await reader.next()].at(-1);
  await device.restart();
  expect(seen?.id).toBe(`${UPDATE}:1`);
  await write(device, [{ type: "done", state: "idle", error: null }]);
  await using again = await EventReader.open(device.url(PROGRESS), { "last-event-id": seen?.id ?? "" });
  expect(lines(await again.rest())).toEqual(["two"]);
});

test.each(["0mwq35aaa-aaaaaa:1", `${UPDATE}:99`, `${UPDATE}:0`, `${UPDATE}:-1`, `${UPDATE}:x`, UPDATE, "1", "%00"])(
  "progress: an unknown id replays the run from its start: %s",
  async (id) => {
    await using device = await Device.start();
    await write(device, [line("one"), { type: "done", state: "idle", error: null }]);
    await using reader = await EventReader.open(device.url(`${PROGRESS}?last_event_id=${id}`));
    const all = await reader.rest();
    expect(all[0]?.id).toBe(`${UPDATE}:0`);
    expect(types(all)).toEqual(["connected", "line", "done"]);
  },
);

test("progress: who comes back with the id of done gets 204, until there is another update", async () => {
  await using device = await Device.start();
  await write(device, [line("one"), { type: "done", state: "idle", error: null }]);
  const headers = { "last-event-id": `${UPDATE}:2` };
  const { status, body } = await device.get(PROGRESS, headers);
  expect([status, body]).toEqual([204, {}]);
  await write(device, [line("two"), { type: "done", state: "idle", error: null }], "0mwq35zzz-aaaaaa");
  await using reader = await EventReader.open(device.url(PROGRESS), headers);
  expect(lines(await reader.rest())).toEqual(["two"]);
});

test("progress: when nothing was ever run it stays open, shows that it lives, and tells the first update", async () => {
  await using device = await Device.start({ keepaliveMs: 20 });
  await using reader = await EventReader.open(device.url(PROGRESS));
  const idle = [await reader.next(), await reader.next(), await reader.next()];
  expect(idle.map((each) => [each?.id, each?.event.type])).toEqual([
    [undefined, "connected"],
    [undefined, "keepalive"],
    [undefined, "keepalive"],
  ]);
  await write(device, [line("one"), { type: "done", state: "idle", error: null }]);
  const rest = (await reader.rest()).filter(({ event }) => event.type !== "keepalive");
  expect(types(rest)).toEqual(["line", "done"]);
});

test("progress: it shows that it lives every 5 s", async () => {
  await using device = await Device.start();
  await using reader = await EventReader.open(device.url(PROGRESS));
  await reader.next();
  const began = performance.now();
  expect((await reader.next())?.event).toEqual({ type: "keepalive" });
  const seconds = (performance.now() - began) / 1000;
  expect(seconds).toBeGreaterThan(1);
  expect(seconds).toBeLessThan(20);
});

test("progress: a keepalive doesn't make a watcher forget where it was", async () => {
  await using device = await Device.start({ keepaliveMs: 20 });
  await write(device, [line("one")]);
  await using reader = await EventReader.open(device.url(PROGRESS));
  expect((await reader.until("keepalive")).at(-1)?.id).toBe(`${UPDATE}:1`);
});

test("progress: each app has a stream of its own", async () => {
  await using device = await Device.start({ apps: ["kitchen", "hall"], keepaliveMs: 20 });
  await write(device, [line("one"), { type: "done", state: "idle", error: null }]);
  await using reader = await EventReader.open(device.url("/api/apps/hall/update/progress"));
  expect(types(await reader.until("keepalive"))).toEqual(["connected", "keepalive"]);
});

test("progress: a line arrives as it is written", async () => {
  await using device = await Device.start();
  await using reader = await EventReader.open(device.url(PROGRESS));
  await reader.next();
  const took: number[] = [];
  for (let n = 0; n < 9; n++) {
    const began = performance.now();
    await write(device, [line(String(n))]);
    await reader.next();
    took.push(performance.now() - began);
  }
  // Some 5 ms. Without being told the feed would look every 500 ms, and each line would take as long.
  expect(took.sort((a, b) => a - b)[4]).toBeLessThan(250);
});

test("progress: 500 watchers don't keep anyone from status, and all of them see a line", async () => {
  await using device = await Device.start({ keepaliveMs: 100 });
  const readers = await Promise.all(Array.from({ length: 500 }, () => EventReader.open(device.url(PROGRESS))));
  const began = performance.now();
  expect((await device.get("/api/update/status")).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(10_000);
  await write(device, [line("one"), { type: "done", state: "idle", error: null }]);
  const all = await Promise.all(readers.map((reader) => reader.rest()));
  expect(all.every((received) => lines(received).join() === "one")).toBe(true);
});

test("progress: a watcher that doesn't read is let go, and gets nothing buffered for it", async () => {
  await using device = await Device.start({ keepaliveMs: 20 });
  const long = line("x".repeat(16_000));
  for (let n = 0; n < 10; n++)
    await write(
      device,
      Array.from({ length: 200 }, () => long),
    );
  const socket = connect(Number(device.address.split(":")[1]), "127.0.0.1");
  await once(socket, "connect");
  socket.write(requestText(`GET ${PROGRESS}`, { Host: device.address }));
  await expect.poll(() => device.logged.filter((row) => row.includes(PROGRESS)).length).toBe(1);
  let length = 0;
  socket.on("data", (data) => (length += data.length)).on("error", () => undefined);
  await once(socket, "close");
  // What the kernel had taken, of 32 MB.
  expect(length).toBeLessThan(20_000_000);
});
