import { appendFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { AppBench } from "../testing/app-bench.ts";
import { Device } from "./testing/device.ts";
import { EventReader } from "./testing/events.ts";

// The faults of an earlier updater, by their numbers in the list of them: none of them may come back.

const status = async (device: Device) => (await device.get("/api/update/status")).body;

test("B3: an install during a check is told to come again; the check's end never sets a running install aside", async () => {
  await using bench = await AppBench.create();
  const asking = bench.holdAt("offers");
  await bench.app.check({ force: true });
  await asking.reached;
  await expect(bench.app.install({ force: false })).rejects.toMatchObject({ code: "busy" });
  asking.go();
  await bench.app.settled();
  const staging = bench.holdAt("stage");
  await bench.app.install({ force: false });
  await staging.reached;
  expect(await bench.app.check({ force: true })).toMatchObject({ message: "Busy – try again shortly" });
  expect(await bench.app.status()).toMatchObject({ state: "installing" });
  await expect(bench.app.install({ force: true })).rejects.toMatchObject({ code: "busy" });
  staging.go();
  await bench.app.settled();
  expect([bench.count("stage"), bench.count("switch")]).toEqual([1, 1]);
  expect(bench.device.tree).toBe("1.1.0");
});

test("B3: of checks and installs that come at once at most one installs at a time", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0");
  const calls = Array.from({ length: 20 }, (_, n) => device.post(`/api/update/${n % 2 ? "install" : "check"}`));
  const answers = await Promise.all(calls);
  const begun = answers.filter((answer) => answer.status === 200 && answer.body.update_id);
  expect(begun.length).toBeLessThanOrEqual(1);
  await device.ended();
  expect((await device.get("/api/update/history")).body.updates).toHaveLength(begun.length);
});

test("B5: versions compare rightly with nothing optional: no older one is offered as an update", async () => {
  for (const [installed, offered] of [
    ["1.0.6", "1.0.6.dev450"],
    ["1.0.6.dev450", "1.0.5"],
    ["1.0.5", "1.0.5rc1"],
  ] as const) {
    await using device = await Device.start({ app: { versioning: "pep440" } });
    await device.publish(installed, { channel: "lab" });
    await device.publish(offered);
    await device.installed({ version: installed });
    expect(await device.checked()).toMatchObject({ latest_version: offered, has_update: false, direction: "down" });
    expect((await device.post("/api/update/install")).body.code).toBe("downgrade_refused");
  }
});

test("B9: a forced check during an install wipes nothing of what is known", async () => {
  await using device = await Device.start();
  await device.have("1.0.0");
  await device.publish("1.1.0");
  await device.checked();
  device.host.fault("/1.1.0/kitchen", { kind: "hang" });
  await device.post("/api/update/install");
  const { latest_version, last_checked, has_update, release } = await status(device);
  expect((await device.post("/api/update/check", { force: true })).body.message).toBe("Busy – try again shortly");
  expect(await status(device)).toMatchObject({ latest_version, last_checked, has_update, release });
  expect([latest_version, has_update]).toEqual(["1.1.0", true]);
});

test("§2 idle: B10: a restart loses nothing: result, error, log, history and the last check are as before", async () => {
  await using device = await Device.start({ within: "1s" });
  await device.have("1.0.0");
  await device.publish("1.1.0", { works: false });
  await device.checked();
  await device.installed();
  const all = async () => {
    const bodies = ["status", "log", "history", "settings"].map((verb) => device.get(`/api/update/${verb}`));
    return (await Promise.all(bodies)).map(({ body }) => body);
  };
  const before = await all();
  expect(before[0]).toMatchObject({ state: "error", last_result: "rolled_back", error: expect.any(String) });
  await device.restart();
  expect(await all()).toEqual(before);
});

test("B11: of 50 that want to install at once, from several processes' apps and over HTTP, exactly one does", async () => {
  await using bench = await AppBench.create();
  await bench.checked();
  const apps = await Promise.all(Array.from({ length: 50 }, () => bench.device.app()));
  const begun = await Promise.allSettled(apps.map((app) => app.install({ force: false })));
  await Promise.all(apps.map((app) => app.settled()));
  expect(begun.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  // Who came when it was over already is told that there is nothing to do.
  const why = begun.flatMap((one) => (one.status === "rejected" ? [one.reason.code] : []));
  expect(new Set([...why, "busy", "up_to_date"])).toEqual(new Set(["busy", "up_to_date"]));
  expect([bench.count("download"), bench.count("switch")]).toEqual([1, 1]);
  expect(await bench.app.history()).toHaveLength(1);
});

test("B11: what a flood of lines writes into a log is bounded, and its end is still told", async () => {
  const flood = 'i=0; while [ $i -lt 60000 ]; do echo "line $i"; i=$((i+1)); done';
  const services = [{ command: { start: ["sh", "-c", flood], stop: ["true"] } }];
  await using device = await Device.start({ app: { services } });
  await device.have("1.0.0");
  const { lines = [] } = (await device.get("/api/update/log")).body;
  expect(lines.length).toBeLessThan(50_000);
  expect(lines.at(-1)?.line).toBe("✓ Upgraded to 1.0.0 on channel 'stable'");
});

test("B11: success is said only after the restart and the health check, never before", async () => {
  const health = (home: string) => [{ command: ["test", "-e", `${home}/go`], within: "20s", steady: "0ms" }];
  await using device = await Device.start({ app: (home) => ({ health: health(home) }) });
  await device.publish("1.0.0");
  await device.post("/api/update/install");
  await expect.poll(async () => (await status(device)).phase).toBe("health_check");
  expect(await status(device)).toMatchObject({ state: "installing", last_result: null });
  expect((await device.get("/api/update/history")).body.updates).toEqual([]);
  await writeFile(`${device.home}/go`, "");
  expect(await device.ended()).toMatchObject({ state: "complete", last_result: "success" });
});

test("B12: a channel is on disk as a whole or not at all, and only one that can be", async () => {
  await using device = await Device.start();
  await device.publish("1.0.0", { channel: "lab" });
  const settings = `${device.stateDir}/kitchen/api/settings.json`;
  for (const channel of ["../../../other/repo/main", "attic", "", "a b"]) {
    expect((await device.post("/api/update/set_channel", { channel })).status).toBeGreaterThanOrEqual(400);
  }
  expect((await status(device)).channel).toBe("stable");
  await device.post("/api/update/set_channel", { channel: "lab" });
  // What a process that lost its power in the middle of the next change leaves.
  await writeFile(`${settings}.tmp`, '{"channel": "st');
  await device.restart();
  expect((await status(device)).channel).toBe("lab");
  await appendFile(settings, "}}");
  await device.restart();
  expect((await device.get("/api/update/settings")).body).toMatchObject({ channel: "stable", own: [] });
});

test("B13: idle watchers block nobody: status answers at once beside 200 of them, and each ends with the server", async () => {
  await using device = await Device.start();
  const open = () => EventReader.open(device.url("/api/update/progress"));
  const readers = await Promise.all(Array.from({ length: 200 }, open));
  const began = performance.now();
  expect((await device.get("/api/update/status")).status).toBe(200);
  expect((await device.post("/api/update/skip", { version: "1.0.0", skip: true })).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(10_000);
  await device.close();
  const ended = await Promise.all(readers.map((reader) => reader.rest()));
  expect(ended.every((events) => events.at(-1)?.event.type !== "done")).toBe(true);
});
