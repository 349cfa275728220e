import { afterEach, beforeEach, expect, test } from "vitest";
import { AppBench } from "./testing/app-bench.ts";

let bench: AppBench;

beforeEach(async () => {
  bench = await AppBench.create();
});
afterEach(async () => {
  await bench.app.settled();
  expect(bench.device.faults).toEqual([]);
  await bench[Symbol.asyncDispose]();
});

test("§2 waiting, §4 window: an unattended install waits for its window, then goes on when the timer fires", async () => {
  const { update_id } = await bench.waiting();
  expect(await bench.app.status()).toMatchObject({ state: "installing", phase: "waiting", update_id });
  expect(bench.device.tree).toBe("1.0.0");
  expect((await bench.installed({ force: false, unattended: true })).update_id).toBe(update_id);
  expect(await bench.app.status()).toMatchObject({ phase: "waiting", update_id });
  bench.clock.pass(2 * 3_600_000);
  expect((await bench.installed({ force: false, unattended: true })).outcome).toMatchObject({
    id: update_id,
    result: "success",
  });
  expect(bench.count("download")).toBe(1);
});

test("§2 waiting: a process that starts inside the window begins what waits; outside of it, it does nothing", async () => {
  await bench.waiting();
  expect(await bench.app.resume()).toBe(false);
  bench.clock.pass(2 * 3_600_000);
  expect(await bench.app.resume()).toBe(true);
  await bench.app.settled();
  expect(bench.device.tree).toBe("1.1.0");
});

test("§2 waiting: an owner's install starts the waiting one at once", async () => {
  const { update_id } = await bench.waiting();
  const { update_id: id, outcome } = await bench.installed();
  expect(id).toBe(update_id);
  expect(outcome).toMatchObject({ id, result: "success" });
  expect(bench.count("download")).toBe(1);
});

test("an owner's install waits for no window", async () => {
  bench.device.window = bench.laterWindow();
  bench.app = await bench.device.app();
  expect((await bench.installed()).outcome).toMatchObject({ result: "success" });
});

test("§2 waiting: while an update waits a check works as ever, and it waits on", async () => {
  const { update_id } = await bench.waiting();
  bench.device.publish("1.2.0");
  expect(await bench.app.check({ force: true })).toMatchObject({ message: "Update check started" });
  await bench.app.settled();
  expect(await bench.app.status()).toMatchObject({ phase: "waiting", update_id, latest_version: "1.2.0" });
  expect(await bench.app.history()).toEqual([]);
});

test("a newer release takes the place of the one that waits, which ends in log and history", async () => {
  const { update_id } = await bench.waiting();
  bench.device.publish("1.2.0");
  await bench.checked();
  const { outcome } = await bench.installed();
  expect(outcome).toMatchObject({ to: "1.2.0", result: "success" });
  expect((await bench.app.history())[1]).toMatchObject({ id: update_id, to: "1.1.0", result: "cancelled" });
  expect(bench.device.log(update_id).at(-1)).toBe("done idle");
});
