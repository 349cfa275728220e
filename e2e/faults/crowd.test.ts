import type { Finished } from "@pawl/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { assertSentence, Device, until } from "./device.ts";
import { WaywardHost } from "./wayward-host.ts";

// Many processes that start the same update in the same moment.

const CROWD = 50;

let device: Device;
let host: WaywardHost;

beforeAll(async () => {
  device = await Device.create();
  host = await WaywardHost.before(device.appliance);
});
afterEach(() => host.heal());
afterAll(async () => {
  await host?.[Symbol.asyncDispose]();
  await device?.[Symbol.asyncDispose]();
});

test("50 processes start an update at once: one carries it out, the others say who is at it", async () => {
  const updates = (await device.history()).length;
  const version = await device.publishNext();
  const { winner, others } = await startCrowd(CROWD, version);
  expect(winner.code, winner.stdout + winner.stderr).toBe(0);
  expectBusy(others);
  await device.assertSuccess(version);
  expect(await device.history()).toHaveLength(updates + 1);
  await device.updatesAgain();
});

test("20 processes meet an update whose process was killed: one brings it to its end, the others say so", async () => {
  const updates = (await device.history()).length;
  const version = await device.publishNext();
  holdBundles(() => false);
  const killed = device.appliance.pawl.start("install");
  await until(() => host.askedFor(`/${version}/kitchen-${version}.tar.gz`) === 1);
  killed.kill("SIGKILL");
  const { winner, others } = await startCrowd(20, version);
  // What it was to install is in place once it has finished what was left.
  expect(winner.code, winner.stdout + winner.stderr).toBe(5);
  expectBusy(others);
  const last = await device.assertSuccess(version);
  expect(last.resumed).toBe(true);
  expect(await device.history()).toHaveLength(updates + 1);
  await device.updatesAgain();
});

/** Starts that many at once. Whoever wins gets the bundle when all the others have ended. */
async function startCrowd(size: number, version: string): Promise<{ winner: Finished; others: Finished[] }> {
  const ended: Finished[] = [];
  holdBundles(() => ended.length >= size - 1);
  const one = async () => {
    const finished = await device.appliance.pawl.run("install", version, "--json");
    ended.push(finished);
  };
  await Promise.all(Array.from({ length: size }, one));
  return { winner: ended.at(-1) as Finished, others: ended.slice(0, -1) };
}

function holdBundles(mayPass: () => boolean): void {
  host.answerWith(async ({ url = "", socket }) => {
    if (!url.endsWith(".tar.gz")) return false;
    // Longer than a device waits for a byte: it asks anew by then.
    await until(() => mayPass() || socket.destroyed).catch(() => socket.destroy());
    return socket.destroyed;
  });
}

function expectBusy(others: readonly Finished[]): void {
  for (const { code, stdout, stderr } of others) {
    expect(code, stdout + stderr).toBe(4);
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ success: false, code: "busy" });
    assertSentence(answer.error, /^An update (is already in progress: .+, begun \d+ s ago|that was interrupted)/);
  }
}
