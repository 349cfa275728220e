import type { ApplyState, Order } from "@pawl/protocol";
import { TempDir, TestClock } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "./error.ts";
import { readHistory } from "./store/history.ts";
import { Lock } from "./store/lock.ts";
import { FakeDevice, Killed } from "./testing/device-fixture.ts";
import { anUpdate, aRelease, sha } from "./update/update-fixture.ts";

const forever = new AbortController().signal;
const update = anUpdate();
const install: Order = { update, release: aRelease() };
const rollback: Order = {
  update: anUpdate({ id: "mm7k2b000-bbbbbb", kind: "rollback", from: null, to: "0.9.0", by_name: true }),
  release: null,
};

let dir: TempDir;
let device: FakeDevice;

beforeEach(async () => {
  dir = await TempDir.create();
  device = new FakeDevice(dir.path, new TestClock({ auto: true }));
  device.order = install;
});
afterEach(() => dir[Symbol.asyncDispose]());

async function carryOut(order: Order = install) {
  device.order = order;
  return (await device.applier()).apply(order.update.id, forever);
}

/** Runs until a state is on disk, and dies there. */
async function killedIn(status: ApplyState["status"], verb: "apply" | "recover" = "apply") {
  const applier = await device.applier({
    onSave: ({ engine }) => {
      if (engine.status === status) throw new Killed();
    },
  });
  const run = verb === "apply" ? applier.apply(update.id, forever) : applier.resume(forever);
  await expect(run).rejects.toThrow(Killed);
}

async function recover() {
  return (await device.applier()).resume(forever);
}

/** Breaks a step, as often as is said. */
function fail(step: string, error = new UpdateError("internal", `${step} broke`), times = Number.POSITIVE_INFINITY) {
  let left = times;
  device.hook = (name) => {
    if (name === step && left-- > 0) throw error;
  };
}

test("puts a release in place, step by step", async () => {
  const { engine, last, refused } = await carryOut();
  expect({ engine, refused }).toEqual({ engine: { status: "idle" }, refused: [] });
  expect(last).toMatchObject({ id: update.id, from: "1.0.0", to: "1.1.0", result: "success", resumed: false });
  expect(device.did).toEqual([
    "stage",
    "back-up",
    "switch",
    "restart 1.1.0",
    "settle 1.0.0",
    "test 1.1.0",
    "version 1.1.0",
    "commit 1.1.0",
  ]);
  expect(device).toMatchObject({ tree: "1.1.0", earlier: ["1.0.0"], versionFile: "1.1.0" });
  expect(await readHistory([device.paths.apply.history])).toEqual([last]);
  expect(device.log(update.id)).toEqual([
    "[Kitchen updater] Starting update…",
    "Switching from 1.0.0 to 1.1.0",
    "Restarting service in 2 seconds…",
    "✓ Upgraded to 1.1.0 on channel 'stable'",
    "done complete",
  ]);
});

test("an update that was carried out isn't again", async () => {
  const first = await carryOut();
  device.did.length = 0;
  expect(await carryOut()).toEqual(first);
  expect(device.did).toEqual([]);
  expect(device.log(update.id).filter((line) => line.startsWith("done"))).toHaveLength(1);
});

test("what is in place is what the device says, not what the order says", async () => {
  const order = { ...install, update: anUpdate({ from: "7.0.0", to: "8.0.0" }) };
  expect((await carryOut(order)).last).toMatchObject({ from: "1.0.0", to: "1.1.0" });
});

test.each([
  ["of another update", rollback, update.id],
  ["that names no release", { update: anUpdate({ to: null }), release: null }, update.id],
])("an order %s is refused", async (_, order, id) => {
  device.order = order;
  await expect((await device.applier()).apply(id, forever)).rejects.toMatchObject({ code: "bad_request" });
  expect(device.did).toEqual([]);
});

test("two at once: one works, the other is told that it is busy", async () => {
  const lock = await Lock.tryAcquire(device.paths.apply.lock, "recovery", new Date());
  await expect(carryOut()).rejects.toMatchObject({ code: "busy" });
  if ("held" in lock) await lock.held[Symbol.asyncDispose]();
  expect((await carryOut()).last).toMatchObject({ result: "success" });
});

test.each(["stage", "back-up"])("a failure in %s ends the update; nothing that runs was touched", async (step) => {
  fail(step, new UpdateError("disk_full", "The disk is full."));
  const { last, refused } = await carryOut();
  expect(last).toMatchObject({ result: "failed", failure: { code: "disk_full" } });
  expect(refused).toEqual([]);
  expect(device.tree).toBe("1.0.0");
  expect(device.did).not.toContain("switch");
  expect(device.did.at(-1)).toBe("discard");
});

test("a failure in the switch is undone, without a restart: the old release never stopped", async () => {
  fail("switch", new UpdateError("switch_failed", "The new release could not be put in place."));
  const { last, refused } = await carryOut();
  expect(last).toMatchObject({ result: "undone", failure: { code: "switch_failed", back_on: "1.0.0" } });
  expect(refused).toEqual([]);
  expect(device).toMatchObject({ tree: "1.0.0" });
  expect(device.did.filter((step) => step.startsWith("restart"))).toEqual([]);
});

test.each(["restart 1.1.0", "settle 1.0.0", "test 1.1.0", "version 1.1.0", "commit 1.1.0"])(
  "a failure in %s: the device goes back, restarts and tests the old release, and refuses the new one",
  async (step) => {
    fail(step);
    const { last, refused } = await carryOut();
    expect(last).toMatchObject({ result: "rolled_back", failure: { back_on: "1.0.0", version: "1.1.0" } });
    expect(refused).toMatchObject([{ version: "1.1.0" }]);
    expect(device).toMatchObject({ tree: "1.0.0", versionFile: "1.0.0" });
    expect(device.did.slice(-5)).toEqual([
      "switch-back",
      "version 1.0.0",
      "restart 1.0.0",
      "settle 1.1.0",
      "test 1.0.0",
    ]);
  },
);

test("§6 rollback: a release that doesn't work is gone back from, and the owner told why", async () => {
  device.works = (version) => version !== "1.1.0";
  const { last, refused } = await carryOut();
  expect(last).toMatchObject({ result: "rolled_back", failure: { code: "health_failed", back_on: "1.0.0" } });
  expect(refused[0]?.reason).toContain("it does not answer");
  expect(device.log(update.id).slice(-2)).toEqual([
    "✗ 1.1.0 was started but doesn't work: it does not answer. Pawl went back to 1.0.0.",
    "done error",
  ]);
});

test("when the old release doesn't work either, nothing is switched again", async () => {
  device.works = () => false;
  const { last } = await carryOut();
  expect(last).toMatchObject({ result: "failed", failure: { code: "health_failed", back_on: "1.0.0" } });
  expect(device.tree).toBe("1.0.0");
  expect(device.did.filter((step) => step.startsWith("switch"))).toEqual(["switch", "switch-back"]);
});

test("when the old release's services don't restart, what can be is started, and looked at all the same", async () => {
  device.works = (version) => version !== "1.1.0";
  fail("restart 1.0.0", new UpdateError("restart_failed", "It did not restart."));
  expect((await carryOut()).last).toMatchObject({ result: "rolled_back" });
  expect(device.did.slice(-4)).toEqual(["restart 1.0.0", "start 1.0.0", "settle 1.1.0", "test 1.0.0"]);
});

test("a version file that can't be written back doesn't stop the way back", async () => {
  device.works = (version) => version !== "1.1.0";
  fail("version 1.0.0", new UpdateError("not_writable", "The file system is mounted read-only."));
  expect((await carryOut()).last).toMatchObject({ result: "rolled_back" });
});

test("what keeps the device from going back may pass while one waits", async () => {
  device.works = (version) => version !== "1.1.0";
  fail("switch-back", new UpdateError("disk_full", "The disk is full."), 3);
  expect((await carryOut()).last).toMatchObject({ result: "rolled_back", failure: { back_on: "1.0.0" } });
  expect(device.tree).toBe("1.0.0");
  expect(device.log(update.id).filter((line) => line.includes("could not go back"))).toEqual([
    "The device could not go back to 1.0.0: The disk is full. Trying again in 1 s.",
    "The device could not go back to 1.0.0: The disk is full. Trying again in 5 s.",
    "The device could not go back to 1.0.0: The disk is full. Trying again in 30 s.",
  ]);
});

test("a device that can't go back stays on the way back, and the next process goes on", async () => {
  device.works = (version) => version !== "1.1.0";
  fail("switch-back", new UpdateError("disk_full", "The disk is full."));
  await expect(carryOut()).rejects.toMatchObject({ code: "disk_full" });
  expect(await device.applyStore().load()).toMatchObject({
    engine: { status: "rolling-back", result: "rolled_back", failure: { code: "health_failed" } },
    last: null,
  });
  expect(device.log(update.id).at(-1)).toContain("It goes on when Pawl is started again.");
  expect(device.did.filter((step) => step === "switch-back")).toHaveLength(4);
  device.hook = () => undefined;
  expect((await recover()).last).toMatchObject({ result: "rolled_back", failure: { code: "health_failed" } });
  expect(device).toMatchObject({ tree: "1.0.0", versionFile: "1.0.0" });
});

test("a process that has to end while it waits to go back leaves that to the next one", async () => {
  device.works = (version) => version !== "1.1.0";
  const end = new AbortController();
  device.hook = (name) => {
    if (name !== "switch-back") return;
    end.abort(new Error("SIGTERM"));
    throw new UpdateError("disk_full", "The disk is full.");
  };
  await expect((await device.applier()).apply(update.id, end.signal)).rejects.toThrow("SIGTERM");
  expect((await device.applyStore().load()).engine.status).toBe("rolling-back");
  expect(device.did.filter((step) => step === "switch-back")).toHaveLength(1);
});

test("with no release to go back to any more the device makes do with the new one, and says so", async () => {
  device.works = (version) => version !== "1.1.0";
  fail("switch-back", new UpdateError("no_backup", "1.0.0 isn't on this device any more."));
  const { engine, last } = await carryOut();
  expect(engine).toEqual({ status: "idle" });
  expect(last).toMatchObject({ result: "failed", failure: { code: "no_backup", back_on: null } });
  expect(device.did.slice(-4)).toEqual(["switch-back", "version 1.1.0", "commit 1.1.0", "start 1.1.0"]);
});

test("a version file that can't be written is found out before anything changes", async () => {
  fail("check version file", new UpdateError("not_writable", "The version file can't be written."));
  expect((await carryOut()).last).toMatchObject({
    result: "failed",
    failure: { code: "not_writable", phase: "staging" },
  });
  expect(device.did).toEqual(["discard"]);
});

test("§6 first release: a device's first release that doesn't work stays, on record, with its services started", async () => {
  device.tree = null;
  fail("restart 1.1.0", new UpdateError("restart_failed", "It did not start."));
  const { last, refused } = await carryOut();
  expect(last).toMatchObject({ result: "failed", from: null, failure: { code: "restart_failed" } });
  expect(refused).toMatchObject([{ version: "1.1.0" }]);
  expect(device).toMatchObject({ tree: "1.1.0", versionFile: "1.1.0" });
  expect(device.did.slice(-3)).toEqual(["version 1.1.0", "commit 1.1.0", "start 1.1.0"]);
});

test("§6 in both: goes back to a kept release, and forward again", async () => {
  device.earlier = ["0.9.0"];
  expect((await carryOut(rollback)).last).toMatchObject({ kind: "rollback", from: "1.0.0", result: "success" });
  expect(device).toMatchObject({ tree: "0.9.0", versionFile: "0.9.0" });
  expect(device.log(rollback.update.id)).toContain("✓ Went back to 0.9.0 on channel 'stable'");
  await carryOut({ ...install, update: anUpdate({ id: "mm7k2c000-cccccc" }) });
  expect(device.tree).toBe("1.1.0");
});

test("§6 gone back to: a release gone back to that doesn't work stays: tested once, on record, services started", async () => {
  device.earlier = ["0.9.0"];
  device.works = () => false;
  const { last, refused } = await carryOut(rollback);
  expect(last).toMatchObject({ result: "failed", failure: { code: "health_failed", back_on: "0.9.0" } });
  expect(refused).toEqual([]);
  expect(device).toMatchObject({ tree: "0.9.0", versionFile: "0.9.0" });
  expect(device.did.filter((step) => /^(switch|test)/.test(step))).toEqual(["switch", "test 0.9.0"]);
  expect(device.did.slice(-2)).toEqual(["commit 0.9.0", "start 0.9.0"]);
});

test.each([
  ["a device's first release", null, install],
  ["a release gone back to", "1.1.0", { ...rollback, update: { ...rollback.update, id: update.id, to: "1.0.0" } }],
])("%s that loses power in its third test is on record, with its services started", async (_, tree, order) => {
  device.order = order;
  device.tree = tree;
  device.earlier = ["1.0.0"];
  const to = order.update.to;
  await killedIn("testing");
  for (let again = 0; again < 2; again++) await killedIn("testing", "recover");
  device.did.length = 0;
  expect((await recover()).last).toMatchObject({ result: "failed", resumed: true, failure: { code: "power_lost" } });
  expect(device.did).toEqual([`version ${to}`, `commit ${to}`, `start ${to}`]);
  expect(device).toMatchObject({ tree: to, versionFile: to });
});

const forward: Order = { update: anUpdate({ by_name: true }), release: null };

test("a release that is kept is put in place without a download, after its files were checked", async () => {
  device.onDisk = [{ tree: "1.1.0~2", version: "1.1.0", manifest_sha256: sha("a") }];
  device.works = (version) => version === "1.0.0";
  const { last, refused } = await carryOut(forward);
  expect(device.did.slice(0, 3)).toEqual(["verify kept 1.1.0~2", "back-up", "switch"]);
  expect(last).toMatchObject({ kind: "install", from: "1.0.0", to: "1.1.0", result: "rolled_back" });
  expect(refused).toMatchObject([{ version: "1.1.0", manifest_sha256: sha("a") }]);
});

test("of two commits of one version that are kept, the one that is asked for is put in place, and refused when it doesn't work", async () => {
  const [one, other] = ["c".repeat(40), "d".repeat(40)];
  const kept = { version: "1.1.0", manifest_sha256: null };
  device.onDisk = [
    { ...kept, tree: "1.1.0", commit: one },
    { ...kept, tree: "1.1.0~2", commit: other },
  ];
  device.works = (version) => version === "1.0.0";
  const asked = { update: anUpdate({ by_name: true, commit: other }), release: null };
  const { last, refused } = await carryOut(asked);
  expect(device.did.slice(0, 3)).toEqual(["verify kept 1.1.0~2", "back-up", "switch"]);
  expect(last).toMatchObject({ to: "1.1.0", to_commit: other, result: "rolled_back" });
  expect(refused).toMatchObject([{ version: "1.1.0", commit: other }]);
});

test("a kept release whose files were changed isn't put in place", async () => {
  device.onDisk = [{ tree: "1.1.0", version: "1.1.0", manifest_sha256: sha("a") }];
  fail("verify kept 1.1.0", new UpdateError("hash_mismatch", "a.txt was changed."));
  expect((await carryOut(forward)).last).toMatchObject({ result: "failed", failure: { code: "hash_mismatch" } });
  expect(device.did).toEqual(["verify kept 1.1.0", "discard"]);
});

test("a release by name that is neither kept nor to be fetched can't be installed", async () => {
  await expect(carryOut(forward)).rejects.toMatchObject({ code: "no_backup" });
  expect(device.did).toEqual([]);
});

test("a release that isn't kept can't be gone back to", async () => {
  await expect(carryOut(rollback)).rejects.toMatchObject({ code: "no_backup" });
  expect(device.did).toEqual([]);
});

const NEW = { tree: "1.1.0", result: "success" };
const OLD = { tree: "1.0.0", result: "undone" };

/** The contract's table, §2, "after a power cut". `serves`: what is in place while nobody runs. */
test.each([
  { state: "staging", serves: "1.0.0", ends: NEW, again: "stage" },
  { state: "backing-up", serves: "1.0.0", ends: NEW, again: "back-up" },
  { state: "switching", serves: "1.0.0", ends: OLD, again: "switch-back" },
  { state: "restarting", serves: "1.1.0", ends: NEW, again: "restart 1.1.0" },
  { state: "testing", serves: "1.1.0", ends: NEW, again: "test 1.1.0" },
] as const)(
  "killed in $state: goes on with $again and ends whole on $ends.tree",
  async ({ state, serves, ends, again }) => {
    await killedIn(state);
    expect(device.tree).toBe(serves);
    device.did.length = 0;
    const { engine, last } = await recover();
    expect(device.did[0]).toBe(again);
    expect(engine).toEqual({ status: "idle" });
    expect(last).toMatchObject({ result: ends.result, resumed: true });
    expect(device).toMatchObject({ tree: ends.tree, versionFile: ends.tree });
    expect(device.log(update.id)).toContain("Going on after an interruption");
    expect(device.log(update.id).filter((line) => line.startsWith("done"))).toHaveLength(1);
  },
);

test("§2 switching, §3 power_lost: killed after the switch and before its record: undone, the old release restarted and tested, nothing refused", async () => {
  await killedIn("switching");
  device.tree = "1.1.0";
  device.did.length = 0;
  const { last, refused } = await recover();
  expect(last).toMatchObject({ result: "undone", failure: { code: "power_lost", back_on: "1.0.0" } });
  expect(refused).toEqual([]);
  expect(device.did).toEqual(["switch-back", "version 1.0.0", "restart 1.0.0", "settle 1.1.0", "test 1.0.0"]);
  expect(device.tree).toBe("1.0.0");
});

test.each(["version 0.9.0", "commit 0.9.0"])(
  "an earlier release that doesn't work stays, and is on record although the first try at %s fails",
  async (step) => {
    device.earlier = ["0.9.0"];
    device.works = () => false;
    fail(step, new UpdateError("not_writable", "The disk reports an error."), 1);
    expect((await carryOut(rollback)).last).toMatchObject({ result: "failed", failure: { code: "health_failed" } });
    expect(device).toMatchObject({ tree: "0.9.0", versionFile: "0.9.0" });
    expect(device.did).toContain("commit 0.9.0");
    expect(device.did.at(-1)).toBe("start 0.9.0");
  },
);

test("an earlier release that stays and can't be put on record: its services run, and the next process goes on", async () => {
  device.earlier = ["0.9.0"];
  device.works = () => false;
  fail("commit 0.9.0", new UpdateError("not_writable", "The disk reports an error."));
  await expect(carryOut(rollback)).rejects.toMatchObject({ code: "not_writable" });
  expect(device.did.at(-1)).toBe("start 0.9.0");
  device.hook = () => undefined;
  expect((await recover()).last).toMatchObject({ result: "failed", resumed: true, failure: { code: "health_failed" } });
});

test("§2 rolling-back: killed while going back: goes back all the same, and for the same reason", async () => {
  device.works = (version) => version !== "1.1.0";
  await killedIn("rolling-back");
  expect(device.tree).toBe("1.1.0");
  const { last } = await recover();
  expect(last).toMatchObject({ result: "rolled_back", resumed: true, failure: { code: "health_failed" } });
  expect(device.tree).toBe("1.0.0");
});

test("§2 testing: killed in its test three times: gone back from and refused; twice: it may still succeed", async () => {
  await killedIn("testing");
  await killedIn("testing", "recover");
  expect(device.tree).toBe("1.1.0");
  await killedIn("testing", "recover");
  const { last, refused } = await recover();
  expect(last).toMatchObject({ result: "rolled_back", failure: { code: "power_lost", back_on: "1.0.0" } });
  expect(refused).toMatchObject([{ version: "1.1.0" }]);
  expect(device.tree).toBe("1.0.0");
});

test("killed between the commit and its record, then found broken: the version file goes back, too", async () => {
  await killedIn("testing");
  device.versionFile = "1.1.0";
  device.works = (version) => version !== "1.1.0";
  expect((await recover()).last).toMatchObject({ result: "rolled_back" });
  expect(device).toMatchObject({ tree: "1.0.0", versionFile: "1.0.0" });
});

test("killed with the end on record and the last words unsaid: they are said, and nothing is done again", async () => {
  await killedIn("idle");
  expect(device.log(update.id)).not.toContain("done complete");
  device.did.length = 0;
  expect((await carryOut()).last).toMatchObject({ result: "success", resumed: false });
  expect(device.did).toEqual([]);
  expect(device.log(update.id).at(-1)).toBe("done complete");
  expect(await readHistory([device.paths.apply.history])).toHaveLength(1);
});

test("an order finds a dead one's update: that one is finished first", async () => {
  await killedIn("staging");
  device.earlier = [];
  const back = { ...rollback, update: { ...rollback.update, to: "1.0.0" } };
  expect((await carryOut(back)).last).toMatchObject({ id: back.update.id, kind: "rollback", from: "1.1.0" });
  expect((await readHistory([device.paths.apply.history])).map(({ result }) => result)).toEqual(["success", "success"]);
  expect(device.tree).toBe("1.0.0");
});

test("with nothing left over, recovery does nothing", async () => {
  expect(await recover()).toEqual({ engine: { status: "idle" }, last: null, refused: [] });
  expect(device.did).toEqual([]);
});

test.each(["staging", "backing-up", "restarting", "testing"])(
  "a process that has to end in %s leaves its state to the next one",
  async (status) => {
    const end = new AbortController();
    const applier = await device.applier({
      onSave: ({ engine }) => {
        if (engine.status === status) end.abort(new Error("SIGTERM"));
      },
    });
    await expect(applier.apply(update.id, end.signal)).rejects.toThrow("SIGTERM");
    expect((await device.applyStore().load()).engine.status).toBe(status);
    expect((await recover()).last).toMatchObject({ result: "success", resumed: true });
  },
);

test("a refused release that is tried again and works is refused no longer", async () => {
  device.works = (version) => version !== "1.1.0";
  expect((await carryOut()).refused).toHaveLength(1);
  device.works = () => true;
  const again = { ...install, update: anUpdate({ id: "mm7k2c000-cccccc", by_name: true }) };
  expect(await carryOut(again)).toMatchObject({ last: { result: "success" }, refused: [] });
});
