import type { HistoryAnswer, Outcome, Status } from "@pawl/protocol";
import { Appliance, TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Daemon, startDaemon } from "./daemon.ts";
import { DEVICE_FILE } from "./nodes.ts";

let dir: TempDir;
let appliance: Appliance;

beforeEach(async () => {
  dir = await TempDir.create();
  appliance = await Appliance.create({ dir: dir.path, pawl: [process.execPath, DEVICE_FILE], steady: "2s" });
  await appliance.publish("1.0.0");
  expect(await appliance.pawl.run("install")).toMatchObject({ code: 0 });
});

afterEach(async () => {
  await appliance?.[Symbol.asyncDispose]();
  await dir?.[Symbol.asyncDispose]();
});

test("§6 apply: the API is killed while root's side works: the update goes on, and the next API tells its end", async () => {
  await appliance.publish("1.1.0");
  const first = await startDaemon(appliance);
  await post(first, "install");
  await until(async () => (await status(first)).phase === "health_check");
  await first.kill("SIGKILL");

  await until(async () => (await appliance.runningVersion()) === "1.1.0");
  await using second = await startDaemon(appliance);
  const events = await second.replay();
  expect(events.at(-1)).toMatchObject({ type: "done", state: "complete" });
  expect(await status(second)).toMatchObject({ state: "complete", current_version: "1.1.0", last_result: "success" });
  expect(await history(second)).toMatchObject([{ to: "1.1.0", result: "success", resumed: false }, { to: "1.0.0" }]);
});

test("§2 downloading: the API is killed in the middle of a download: the next one goes on where it stopped", async () => {
  await appliance.publish("1.1.0", { ballastBytes: 16_000_000 });
  appliance.host.bytesPerSecond = 4_000_000;
  const first = await startDaemon(appliance);
  await post(first, "install");
  await until(async () => ((await status(first)).progress?.percent ?? 0) > 10);
  await first.kill("SIGKILL");

  await using second = await startDaemon(appliance);
  const events = await second.replay();
  expect(events.at(-1)).toMatchObject({ type: "done", state: "complete" });
  const percents = events.flatMap((event) => (event.type === "progress" ? [event.percent] : []));
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  expect(await history(second)).toMatchObject([{ to: "1.1.0", result: "success", resumed: true }, {}]);
  const ranges = appliance.host.requests.filter(({ path, headers }) => path.endsWith(".tar.gz") && headers.range);
  expect(ranges.length).toBeGreaterThan(0);
});

test("a daemon that is told to end leaves at once, and root's side finishes what it does", async () => {
  await appliance.publish("1.1.0");
  const daemon = await startDaemon(appliance);
  await post(daemon, "install");
  await until(async () => (await status(daemon)).phase === "restarting");
  const asked = performance.now();
  await daemon.kill("SIGTERM");
  expect(performance.now() - asked).toBeLessThan(20_000);
  await until(async () => JSON.parse((await appliance.pawl.run("status", "--json")).stdout).state === "complete");
  expect(await appliance.runningVersion()).toBe("1.1.0");
});

test("two updaters at once: one begins, the other says who is at it", async () => {
  await appliance.publish("1.1.0", { ballastBytes: 4_000_000 });
  appliance.host.bytesPerSecond = 4_000_000;
  await using daemon = await startDaemon(appliance);
  await post(daemon, "install");
  const again = await fetch(`${daemon.url}/api/update/install`, { method: "POST" });
  expect(again.status).toBe(409);
  expect(await again.json()).toMatchObject({ success: false, code: "busy" });
  expect((await appliance.pawl.run("install")).code).toBe(4);
  await daemon.replay();
});

async function post(daemon: Daemon, call: string): Promise<void> {
  await appliance.pawl.run("check", "--force");
  const response = await fetch(`${daemon.url}/api/update/${call}`, { method: "POST" });
  expect(response.status).toBe(200);
}

async function status(daemon: Daemon): Promise<Status> {
  return (await (await fetch(`${daemon.url}/api/update/status`)).json()) as Status;
}

async function history(daemon: Daemon): Promise<Outcome[]> {
  const response = await fetch(`${daemon.url}/api/update/history`);
  return ((await response.json()) as HistoryAnswer).updates;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("it never came about");
}
