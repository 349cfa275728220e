import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { UpdateError } from "./error.ts";
import { AppBench } from "./testing/app-bench.ts";
import { anUpdate, aRelease } from "./update/update-fixture.ts";

let bench: AppBench;

beforeEach(async () => {
  bench = await AppBench.create();
});
afterEach(async () => {
  await bench.app.settled();
  expect(bench.device.faults).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

test("§3 cancelled: an update that waits is cancelled at once", async () => {
  const { update_id } = await bench.waiting();
  expect(await bench.app.cancel()).toEqual({ message: "The update was cancelled. Nothing was changed." });
  expect(await bench.app.status()).toMatchObject({ state: "idle", last_result: "cancelled", failure: null, update_id });
});

test.each(["offers", "download", "verify", "stage"])(
  "a cancel in %s ends the update; nothing was changed",
  async (step) => {
    const hold = bench.holdAt(step);
    const { update_id } = await bench.app.install({ force: false });
    await hold.reached;
    expect(await bench.app.cancel()).toEqual({ message: "The update was cancelled. Nothing was changed." });
    expect(await bench.app.status()).toMatchObject({ state: "idle", last_result: "cancelled", failure: null });
    expect(await bench.app.history()).toMatchObject([
      { id: update_id, result: "cancelled", failure: { code: "cancelled" } },
    ]);
    expect(bench.device.log(update_id).at(-1)).toBe("done idle");
    expect(bench.device.tree).toBe("1.0.0");
    bench.device.hook = () => undefined;
    expect((await bench.installed()).outcome).toMatchObject({ result: "success" });
  },
);

test("a cancel in the backup ends the update when the backup has ended", async () => {
  const hold = bench.holdAt("back-up");
  await bench.app.install({ force: false });
  await hold.reached;
  const cancel = bench.app.cancel();
  await wait(150);
  hold.go();
  expect(await cancel).toMatchObject({ message: "The update was cancelled. Nothing was changed." });
  expect(bench.device.did).not.toContain("switch");
});

test("a cancel that comes too late for an update that fails just then doesn't claim to have done it", async () => {
  const hold = bench.holdAt("back-up");
  const held = bench.device.hook;
  bench.device.hook = async (step) => {
    await held(step);
    if (step === "back-up") throw new UpdateError("backup_failed", "It could not be set aside.");
  };
  await bench.app.install({ force: false });
  await hold.reached;
  const cancel = bench.app.cancel();
  await wait(50);
  hold.go();
  await expect(cancel).rejects.toThrow("It is too late to cancel: the update has ended just now.");
  expect(await bench.app.history()).toMatchObject([{ result: "failed", failure: { code: "backup_failed" } }]);
});

test.each(["switch", "restart 1.1.0", "test 1.1.0"])("from %s on it is too late to cancel", async (step) => {
  const hold = bench.holdAt(step);
  await bench.app.install({ force: false });
  await hold.reached;
  const cancel = bench.app.cancel();
  await expect(cancel).rejects.toMatchObject({ code: "busy" });
  await expect(cancel).rejects.toThrow("It is too late to cancel");
  hold.go();
  await bench.app.settled();
  expect(bench.device.tree).toBe("1.1.0");
});

test("with nothing under way there is nothing to cancel", async () => {
  await expect(bench.app.cancel()).rejects.toMatchObject({ code: "bad_request" });
  await bench.checked();
  await bench.installed();
  await expect(bench.app.cancel()).rejects.toMatchObject({ code: "bad_request" });
});

test("an update whose process is dead is cancelled all the same", async () => {
  const update = anUpdate();
  await bench.leftBehind({ status: "downloading", update, release: aRelease() });
  expect(await bench.app.cancel()).toEqual({ message: "The update was cancelled. Nothing was changed." });
  expect(await bench.app.history()).toMatchObject([{ id: update.id, result: "cancelled", resumed: true }]);
});
