import { failure } from "@pawl/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "./error.ts";
import { ensureFolder } from "./store/atomic-file.ts";
import { Lock } from "./store/lock.ts";
import { AppBench } from "./testing/app-bench.ts";
import { anUpdate, applyRecord, aRelease, fetchRecord, LATER } from "./update/update-fixture.ts";

let bench: AppBench;

beforeEach(async () => {
  bench = await AppBench.create();
});
afterEach(async () => {
  await bench.app.settled();
  expect(bench.device.faults).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

test("§6 lock: of two processes on one device exactly one begins, the other is told what runs", async () => {
  await bench.checked();
  const hold = bench.holdAt("download");
  const other = await bench.device.app();
  const asks = await Promise.allSettled([bench.app.install({ force: false }), other.install({ force: false })]);
  const refused = asks.flatMap((ask) => (ask.status === "rejected" ? [ask.reason] : []));
  expect(refused).toMatchObject([{ code: "busy" }]);
  expect(refused[0].message).toContain("An update is already in progress: install the newest release, begun 0 s ago.");
  hold.go();
  await Promise.all([bench.app.settled(), other.settled()]);
  expect(await bench.app.history()).toHaveLength(1);
  expect(bench.count("download")).toBe(1);
});

test("while root's side works on its own nothing begins", async () => {
  await bench.checked();
  const attempt = await Lock.tryAcquire(bench.device.paths.apply.lock, "recovery", bench.clock.now());
  await expect(bench.app.install({ force: false })).rejects.toThrow("already in progress: recovery");
  if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
  expect((await bench.installed()).outcome).toMatchObject({ result: "success" });
});

test("a check that meets root's side while it only looks whether there is anything to finish is made all the same", async () => {
  const attempt = await Lock.tryAcquire(bench.device.paths.apply.lock, "recovery", bench.clock.now());
  const sleep = bench.clock.sleep.bind(bench.clock);
  // It ends while the check waits for it.
  bench.clock.sleep = async (ms, signal) => {
    if ("held" in attempt) await attempt.held[Symbol.asyncDispose]();
    return sleep(ms, signal);
  };
  expect((await bench.app.check({ force: true })).message).toBe("Update check started");
});

test.each(["downloading", "verifying", "applying"] as const)(
  "§2 downloading, §2 verifying: an update a dead process left in %s is finished before another one begins",
  async (status) => {
    const update = anUpdate();
    bench.device.publish("1.1.0");
    await bench.checked();
    const release = (await bench.device.fetchStore().load()).release;
    if (!release) throw new Error("no release");
    await bench.leftBehind({ status, update, release });
    await expect(bench.app.install({ force: false })).rejects.toThrow("interrupted is being finished first");
    await bench.app.settled();
    expect(await bench.app.history()).toMatchObject([{ id: update.id, result: "success", resumed: true }]);
    await expect(bench.app.install({ force: false })).rejects.toBeInstanceOf(UpdateError);
  },
);

test("§6 recovery: a check finds a dead process's update and has it finished", async () => {
  await bench.checked();
  const release = (await bench.device.fetchStore().load()).release ?? aRelease();
  await bench.leftBehind({ status: "verifying", update: anUpdate(), release });
  expect(await bench.app.check({ force: false })).toMatchObject({ message: "Busy – try again shortly" });
  await bench.app.settled();
  expect(bench.device.tree).toBe("1.1.0");
});

test("§6 recovery: what root's side left behind is finished by the next that starts", async () => {
  const update = anUpdate();
  const move = { previous: "1.0.0", next: "1.1.0", manifest_sha256: null, kept: false };
  await bench.leftBehind({ status: "idle", shows: "error" });
  await ensureFolder(bench.device.paths.apply.dir);
  await bench.device.applyStore().save(applyRecord({ engine: { status: "restarting", update, move, boots: 1 } }));
  bench.device.tree = "1.1.0";
  expect(await bench.app.resume()).toBe(true);
  await bench.app.settled();
  expect(await bench.app.history()).toMatchObject([{ id: update.id, result: "success", resumed: true }]);
  expect(await bench.app.resume()).toBe(false);
});

test("§2 checking: a check a dead process left is forgotten, the old answer stays", async () => {
  await bench.leftBehind({ status: "checking", since: LATER, update: null, waiting: null });
  expect(await bench.app.status()).toMatchObject({ state: "idle", latest_version: "1.1.0" });
  expect(await bench.app.resume()).toBe(true);
  await bench.app.settled();
  expect((await bench.device.fetchStore().load()).engine).toEqual({ status: "idle", shows: "idle" });
});

test("with nothing left behind there is nothing to resume", async () => {
  expect(await bench.app.resume()).toBe(false);
  expect(bench.device.did).toEqual([]);
});

test("an end whose last words were lost is said when the next process starts", async () => {
  const update = anUpdate();
  const reason = failure("offline", "The host can't be reached.");
  const last = { ...update, result: "failed", failure: reason, finished_at: LATER } as const;
  await bench.leftBehind({ status: "idle", shows: "error" });
  await bench.device.fetchStore().save(fetchRecord({ last }));
  expect(await bench.app.resume()).toBe(false);
  expect(bench.device.log(update.id).slice(-2)).toEqual(["✗ The host can't be reached.", "done error"]);
  expect(await bench.app.history()).toHaveLength(1);
});

test("§3 helper_missing: when root's side can't be started the update fails, and says so", async () => {
  bench.app = await bench.device.app({
    start: () => ({ ended: () => ({ code: 127, words: "pawl-apply: not found" }) }),
  });
  const { outcome } = await bench.installed();
  expect(outcome).toMatchObject({
    result: "failed",
    failure: { code: "helper_missing", detail: "pawl-apply: not found" },
  });
  expect(await bench.app.status()).toMatchObject({ state: "error", failure: { code: "helper_missing" } });
});

test("§2 rolling-back: a device that could not go back shows that it is going back, and goes on when it is asked to", async () => {
  bench.device.works = (version) => version !== "1.1.0";
  bench.device.hook = (step) => {
    if (step === "switch-back") throw new UpdateError("disk_full", "The disk is full.");
  };
  const { update_id } = await bench.installed();
  const status = { state: "installing", phase: "rolling_back", update_id };
  expect(await bench.app.status()).toMatchObject({ ...status, failure: { code: "helper_missing" } });
  expect(bench.device.tree).toBe("1.1.0");
  await expect(bench.app.cancel()).rejects.toMatchObject({ code: "busy" });
  bench.device.hook = () => undefined;
  expect(await bench.app.resume()).toBe(true);
  await bench.app.settled();
  expect(bench.device.tree).toBe("1.0.0");
  expect(await bench.app.status()).toMatchObject({ failure: { code: "health_failed", back_on: "1.0.0" } });
  expect(await bench.app.history()).toMatchObject([{ id: update_id, result: "rolled_back" }]);
});

test("a process that has to end leaves the update to the next one", async () => {
  const end = new AbortController();
  bench.app = await bench.device.app({ shutdown: end.signal });
  const hold = bench.holdAt("download");
  const { update_id } = await bench.app.install({ force: false });
  await hold.reached;
  end.abort(new Error("SIGTERM"));
  await bench.app.settled();
  expect((await bench.device.fetchStore().load()).engine).toMatchObject({
    status: "downloading",
    update: { id: update_id },
  });
  bench.device.hook = () => undefined;
  bench.app = await bench.device.app();
  expect(await bench.app.resume()).toBe(true);
  await bench.app.settled();
  expect(await bench.app.history()).toMatchObject([{ id: update_id, result: "success", resumed: true }]);
});
