import { setTimeout as sleep } from "node:timers/promises";
import type { Status } from "@pawl/protocol";
import type { Behaviour } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Daemon, startDaemon } from "../daemon.ts";
import { appliersOf, isStopped } from "./appliers.ts";
import { Device, until } from "./device.ts";

// Root's side is stopped (SIGSTOP: a debugger, a cgroup's freezer, a machine that swaps) for longer than every deadline
// that pawl.yaml sets: 3 s to answer, 1 s to stay up. The new release is a good one, and must not pay for it.

let device: Device;

beforeAll(async () => {
  device = await Device.create({ within: "3s", steady: "1s" });
});
// A test that failed leaves nobody asleep for ever.
afterEach(() => {
  for (const pid of appliersOf(device.appliance.configPath)) process.kill(pid, "SIGCONT");
});
afterAll(() => device?.[Symbol.asyncDispose]());

const SLEPT_MS = 4_500;
/** Longer than a single look may take, too, and shorter than two. */
const SLEPT_LOOKING_MS = 7_000;

test.each<[string, string, Behaviour]>([
  ["while it unpacks", "staging", { ballastBytes: 16_000_000 }],
  ["while it restarts the services", "restarting", {}],
  ["while it watches the new release", "testing", {}],
])(
  "root's side is stopped %s (%s): it goes on where it was, and the release is installed",
  async (_, state, behaviour) => {
    const version = await device.publishNext(behaviour);
    const install = device.appliance.pawl.start("install");
    const ended = new Promise<number | null>((resolve) => install.once("close", resolve));
    let output = "";
    install.stdout?.on("data", (data) => (output += data));
    const applier = await stoppedIn(state);
    await sleep(SLEPT_MS);
    // Whoever waits still does, and nobody else has begun.
    expect(install.exitCode).toBeNull();
    expect(appliersOf(device.appliance.configPath)).toEqual([applier]);
    expect(await device.status()).toMatchObject({ state: "installing" });
    expect((await device.appliance.pawl.run("install")).code).toBe(4);
    process.kill(applier, "SIGCONT");
    expect(await ended, output).toBe(0);
    const last = await device.assertSuccess(version);
    expect(last.resumed).toBe(false);
    await device.updatesAgain();
  },
);

test("root's side is stopped in the middle of a look at a release that answers slowly: it looks again", async () => {
  const version = await device.publishNext({ files: { "service.mjs": SLOW_SERVICE } });
  await device.appliance.changeConfig((text) => text.replace(/steady: \w+/, "steady: 4s"));
  const install = device.appliance.pawl.start("install");
  const ended = new Promise<number | null>((resolve) => install.once("close", resolve));
  let output = "";
  install.stdout?.on("data", (data) => (output += data));
  await until(() => output.includes("watching it for 4 s"));
  // Half a second later it looks again, and has its answer a second after that.
  const applier = await stoppedIn("testing", 1_000);
  await sleep(SLEPT_LOOKING_MS);
  process.kill(applier, "SIGCONT");
  expect(await ended, output).toBe(0);
  await device.assertSuccess(version);
  await device.appliance.changeConfig((text) => text.replace("steady: 4s", "steady: 1s"));
  await device.updatesAgain();
});

test("root's side is stopped, and the release doesn't work: it is gone back from all the same", async () => {
  const before = device.wholeRelease();
  const version = await device.publishNext({ answers: "0.0.1" });
  const install = device.appliance.pawl.run("install");
  const applier = await stoppedIn("testing");
  await sleep(SLEPT_MS);
  process.kill(applier, "SIGCONT");
  expect((await install).code).toBe(3);
  const says = /answered 0\.0\.1 instead of/;
  await device.assertEnd(version, { code: "health_failed", result: "rolled_back", says }, before);
  await device.updatesAgain();
});

test("the API is killed while root's side is stopped: the next API waits for it, and tells how it ended", async () => {
  const version = await device.publishNext();
  const first = await startDaemon(device.appliance);
  await device.appliance.pawl.run("check", "--force");
  expect((await post(first)).status).toBe(200);
  const applier = await stoppedIn("testing");
  await first.kill("SIGKILL");

  await using second = await startDaemon(device.appliance);
  expect(await statusOf(second)).toMatchObject({ state: "installing", phase: "health_check" });
  expect((await post(second)).status).toBe(409);
  await sleep(SLEPT_MS);
  expect(appliersOf(device.appliance.configPath)).toEqual([applier]);
  expect(await statusOf(second)).toMatchObject({ state: "installing", phase: "health_check" });
  process.kill(applier, "SIGCONT");
  const events = await second.replay();
  expect(events.at(-1)).toMatchObject({ type: "done", state: "complete", error: null });
  expect((await device.assertSuccess(version)).resumed).toBe(false);
  await second.kill("SIGTERM");
  await device.updatesAgain();
});

test("root's side is stopped and then killed: the next one brings the update to its end", async () => {
  const version = await device.publishNext();
  const install = device.appliance.pawl.run("install");
  const applier = await stoppedIn("testing");
  await sleep(1_000);
  process.kill(applier, "SIGKILL");
  expect((await install).code).toBe(0);
  expect((await device.assertSuccess(version)).resumed).toBe(true);
  await device.updatesAgain();
});

/** A second after each question it answers. */
const SLOW_SERVICE = `
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
const { version } = JSON.parse(readFileSync(new URL("./behaviour.json", import.meta.url), "utf8"));
const server = createServer((_, response) => setTimeout(() => response.end(JSON.stringify({ version })), 1_000));
server.listen(Number(process.env.APPLIANCE_PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;

/** Stops root's side as soon as it is in a state, or so many milliseconds later; returns its pid. */
async function stoppedIn(state: string, afterMs = 0): Promise<number> {
  await until(() => device.rootsStatus() === state);
  await sleep(afterMs);
  const [applier = 0] = appliersOf(device.appliance.configPath);
  process.kill(applier, "SIGSTOP");
  await until(() => isStopped(applier));
  expect(device.rootsStatus()).toBe(state);
  return applier;
}

function post(daemon: Daemon): Promise<Response> {
  return fetch(`${daemon.url}/api/update/install`, { method: "POST" });
}

async function statusOf(daemon: Daemon): Promise<Status> {
  return (await (await fetch(`${daemon.url}/api/update/status`)).json()) as Status;
}
