import type { ApplyState, Order } from "@pawl/protocol";
import { TempDir, TestClock } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { FakeDevice, Killed } from "./testing/device-fixture.ts";
import { anUpdate, aRelease } from "./update/update-fixture.ts";

const forever = new AbortController().signal;
const update = anUpdate();
const install: Order = { update, release: aRelease() };

let dir: TempDir;
let device: FakeDevice;

beforeEach(async () => {
  dir = await TempDir.create();
  device = new FakeDevice(dir.path, new TestClock({ auto: true }));
  device.order = install;
});
afterEach(() => dir[Symbol.asyncDispose]());

/** Runs until a state is on disk, dies there, and the device starts again. */
async function powerFailsIn(status: ApplyState["status"], verb: "apply" | "resume" = "apply") {
  const applier = await device.applier({
    onSave: ({ engine }) => {
      if (engine.status === status) throw new Killed();
    },
  });
  await expect(verb === "apply" ? applier.apply(update.id, forever) : applier.resume(forever)).rejects.toThrow(Killed);
  device.boots++;
  device.did.length = 0;
}

const settle = async () => (await device.applier()).settle();
const resume = async () => (await device.applier()).resume(forever);

test("with nothing left over, it only looks at the disk", async () => {
  const seen: string[] = [];
  device.hook = (step) => void seen.push(step);
  expect((await settle()).engine).toEqual({ status: "idle" });
  expect(seen).toEqual(["settle disk"]);
});

/** Contract §7: only the disk is settled; whatever serves is whole, and no service was started. */
test.each([
  { state: "staging", did: [], serves: "1.0.0", ends: { result: "success", tree: "1.1.0" } },
  { state: "backing-up", did: [], serves: "1.0.0", ends: { result: "success", tree: "1.1.0" } },
  { state: "switching", did: ["switch-back"], serves: "1.0.0", ends: { result: "undone", tree: "1.0.0" } },
  { state: "restarting", did: [], serves: "1.1.0", ends: { result: "success", tree: "1.1.0" } },
  { state: "testing", did: [], serves: "1.1.0", ends: { result: "success", tree: "1.1.0" } },
] as const)("§7 the power fails in $state: settled at boot without a service, then gone on with", async (row) => {
  await powerFailsIn(row.state);
  await settle();
  expect(device.did).toEqual(row.did);
  expect(device.tree).toBe(row.serves);
  expect((await resume()).last).toMatchObject({ result: row.ends.result, resumed: true });
  expect(device.tree).toBe(row.ends.tree);
});

test("the power fails after the switch and before its record: the earlier release is back before anything starts", async () => {
  await powerFailsIn("switching");
  device.tree = "1.1.0";
  await settle();
  expect(device.tree).toBe("1.0.0");
  expect((await resume()).last).toMatchObject({ result: "undone", failure: { code: "power_lost", back_on: "1.0.0" } });
});

test("the power fails while it goes back: the earlier release is back before anything starts, and tested afterwards", async () => {
  device.works = (version) => version !== "1.1.0";
  await powerFailsIn("rolling-back");
  expect(device.tree).toBe("1.1.0");
  await settle();
  expect(device).toMatchObject({ tree: "1.0.0", did: ["switch-back"] });
  expect((await resume()).last).toMatchObject({ result: "rolled_back", failure: { code: "health_failed" } });
  expect(device.did).toContain("test 1.0.0");
});

test("a boot counts once, however often it is settled and whoever goes on", async () => {
  await powerFailsIn("testing");
  for (let again = 0; again < 4; again++) await settle();
  expect((await resume()).last).toMatchObject({ result: "success", resumed: true });
});

test("§2 a release that takes the device down before anybody can test it is left at the third boot", async () => {
  await powerFailsIn("restarting");
  for (let boot = 2; boot <= 3; boot++) {
    expect((await settle()).engine.status).toBe("restarting");
    expect(device.tree).toBe("1.1.0");
    device.boots++;
  }
  expect((await settle()).engine.status).toBe("rolling-back");
  expect(device.tree).toBe("1.0.0");
  const { last, refused } = await resume();
  expect(last).toMatchObject({ result: "rolled_back", failure: { code: "power_lost", back_on: "1.0.0" } });
  expect(refused).toMatchObject([{ version: "1.1.0" }]);
});

test("the power fails again while it is gone on with: that is another interruption", async () => {
  await powerFailsIn("testing");
  for (let boot = 2; boot <= 3; boot++) {
    await settle();
    await powerFailsIn("testing", "resume");
  }
  await settle();
  expect((await resume()).last).toMatchObject({ result: "rolled_back", failure: { code: "power_lost" } });
});

test("an earlier release that can't be put back keeps its record, for the one that goes on", async () => {
  await powerFailsIn("switching");
  device.hook = (step) => {
    if (step === "switch-back") throw new Error("the disk says no");
  };
  await expect(settle()).rejects.toThrow("the disk says no");
  device.hook = () => undefined;
  expect((await resume()).last).toMatchObject({ result: "undone", resumed: true });
});

test("what can't be put on record is done all the same, and told", async () => {
  await powerFailsIn("switching");
  device.tree = "1.1.0";
  const applier = await device.applier({
    onSave: () => {
      throw Object.assign(new Error("no room"), { code: "ENOSPC" });
    },
  });
  await expect(applier.settle()).rejects.toThrow("no room");
  expect(device.tree).toBe("1.0.0");
  expect((await resume()).last).toMatchObject({ result: "undone", failure: { code: "power_lost", back_on: "1.0.0" } });
});

test("an update is noted before it is on record, and one that can't be noted isn't begun", async () => {
  const states: string[] = [];
  device.noteBeginning = async ({ id, to }) => {
    states.push((await device.applyStore().peek()).engine.status, id, `${to}`);
    throw new Error("no room");
  };
  await expect((await device.applier()).apply(update.id, forever)).rejects.toThrow("no room");
  expect(states).toEqual(["idle", update.id, "1.1.0"]);
  expect((await device.applyStore().peek()).engine.status).toBe("idle");
});
