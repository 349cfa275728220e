import { setTimeout as wait } from "node:timers/promises";
import { type ApplyRecord, failure, type Order, type Outcome } from "@pawl/protocol";
import { TempDir, TestClock } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Applying, HandOver } from "./hand-over.ts";
import { Lock } from "./store/lock.ts";
import { anOutcome, anUpdate, applyRecord, aRelease } from "./update/update-fixture.ts";

const update = anUpdate();
const outcome = anOutcome();
const forever = new AbortController().signal;

let dir: TempDir;
let clock: TestClock;
let record: ApplyRecord;
let orders: Order[];
let starts: number;
let withdrawals: number;
/** Whether root's side would find one. */
let isOrdered: boolean;

beforeEach(async () => {
  dir = await TempDir.create();
  clock = new TestClock({ auto: true });
  record = applyRecord();
  orders = [];
  starts = 0;
  withdrawals = 0;
  isOrdered = true;
});
afterEach(() => dir[Symbol.asyncDispose]());

/** `process` is what the nth start brings. */
function handOver(process: (nth: number) => Applying): HandOver {
  return new HandOver({
    lockDir: dir.path,
    writeOrder: async (order) => void orders.push(order),
    withdrawOrder: async () => {
      withdrawals++;
      isOrdered = false;
    },
    start: () => process(++starts),
    apply: async () => record,
    clock,
  });
}

/** A process that has the lock, does its work, and then ends. */
function works(result: Outcome | null, { code = 0, words = "" } = {}): Applying {
  let end: { code: number; words: string } | null = null;
  const work = async () => {
    const lock = await takeLock();
    if (result) record = applyRecord({ last: result });
    await wait(10);
    await lock[Symbol.asyncDispose]();
    end = { code, words };
  };
  void work();
  return { ended: () => end };
}

async function takeLock(): Promise<Lock> {
  const attempt = await Lock.tryAcquire(dir.path, "a test", clock.now());
  if (!("held" in attempt)) throw new Error("busy");
  return attempt.held;
}

const dies = (words: string): Applying => ({ ended: () => ({ code: 1, words }) });

test("orders the update, starts root's side once, and returns how it ended when that side is free again", async () => {
  const release = aRelease();
  const over = handOver(() => works(outcome));
  expect(await over.carryOut(update, release, forever)).toEqual(outcome);
  expect(orders).toEqual([{ update, release }]);
  expect(starts).toBe(1);
  expect(await Lock.owner(dir.path)).toBeNull();
});

test("a release that is on the device already is ordered without one to fetch", async () => {
  await handOver(() => works(outcome)).carryOut(update, null, forever);
  expect(orders).toEqual([{ update, release: null }]);
});

test("an update that has ended is neither ordered nor started again", async () => {
  record = applyRecord({ last: outcome });
  expect(await handOver(() => dies("")).carryOut(update, aRelease(), forever)).toEqual(outcome);
  expect({ orders, starts }).toEqual({ orders: [], starts: 0 });
});

test("an update that root's side has begun isn't ordered again: what it needs may be gone", async () => {
  record = applyRecord({ engine: { status: "staging", update, release: aRelease() } });
  await handOver(() => works(outcome)).carryOut(update, aRelease(), forever);
  expect({ orders, starts }).toEqual({ orders: [], starts: 1 });
});

test("§6 apply: a process that dies is started again, three times in all", async () => {
  const over = handOver((nth) => (nth < 3 ? dies("killed") : works(outcome)));
  expect(await over.finish(update, forever)).toEqual(outcome);
  expect(starts).toBe(3);
});

test("when it dies each time nobody carries the update out, and its last words say why", async () => {
  const over = handOver((nth) => dies(`pawl-apply: fault ${nth}`));
  await expect(over.finish(update, forever)).rejects.toMatchObject({
    code: "helper_missing",
    fields: { version: "1.1.0", detail: "pawl-apply: fault 3" },
  });
  expect({ starts, withdrawals }).toEqual({ starts: 3, withdrawals: 1 });
  // Each time a little later: what kept it from its work may have passed.
  expect(clock.monotonic()).toBeGreaterThanOrEqual(6_000);
});

test("an update that goes on going back later keeps its place: nobody claims that it has ended", async () => {
  const move = { previous: "1.0.0", next: "1.1.0", manifest_sha256: null, kept: false };
  const reason = failure("health_failed", "1.1.0 doesn't work.");
  record = applyRecord({ engine: { status: "rolling-back", update, move, failure: reason, result: "rolled_back" } });
  const stuck = record;
  const over = handOver(() => works(null, { code: 1, words: "pawl: The disk is full." }));
  await expect(over.carryOut(update, null, forever)).rejects.toMatchObject({
    code: "helper_missing",
    fields: { detail: "pawl: The disk is full." },
  });
  expect({ orders, starts, record }).toEqual({ orders: [], starts: 3, record: stuck });
});

test("a process that takes minutes to get to its work is waited for, and started once", async () => {
  const over = handOver(() => {
    let end: { code: number; words: string } | null = null;
    void clock.sleep(9 * 60_000, forever).then(async () => {
      const lock = await takeLock();
      if (isOrdered) record = applyRecord({ last: outcome });
      await lock[Symbol.asyncDispose]();
      end = { code: isOrdered ? 0 : 2, words: "" };
    });
    return { ended: () => end };
  });
  expect(await over.carryOut(update, aRelease(), forever)).toEqual(outcome);
  expect({ starts, withdrawals }).toEqual({ starts: 1, withdrawals: 0 });
});

test("a process that never gets to its work is given up after ten minutes, and what it was to do is taken back", async () => {
  await expect(handOver(() => ({ ended: () => null })).finish(update, forever)).rejects.toMatchObject({
    code: "helper_missing",
    fields: { detail: null },
  });
  expect({ starts, withdrawals }).toEqual({ starts: 1, withdrawals: 1 });
  expect(clock.monotonic()).toBeGreaterThan(600_000);
  expect(clock.monotonic()).toBeLessThan(620_000);
});

test("a process that got to its work while it was given up brings the outcome that counts", async () => {
  const over = new HandOver({
    lockDir: dir.path,
    writeOrder: async () => undefined,
    withdrawOrder: async () => {
      // It has read the order a moment before.
      const lock = await takeLock();
      void wait(20).then(() => {
        record = applyRecord({ last: outcome });
        return lock[Symbol.asyncDispose]();
      });
    },
    start: () => dies("killed"),
    apply: async () => record,
    clock,
  });
  expect(await over.finish(update, forever)).toEqual(outcome);
});

test("a process that lives on after its work doesn't keep its outcome back for long", async () => {
  const over = handOver(() => {
    works(outcome);
    return { ended: () => null };
  });
  expect(await over.finish(update, forever)).toEqual(outcome);
  expect(starts).toBe(1);
  expect(clock.monotonic()).toBeLessThan(300_000);
});

test("an outcome counts although the process that brought it was started by another one that is dead", async () => {
  const lock = await takeLock();
  const following = handOver(() => dies("")).finish(update, forever);
  await wait(20);
  record = applyRecord({ last: outcome });
  await lock[Symbol.asyncDispose]();
  expect(await following).toEqual(outcome);
  expect(starts).toBe(0);
});

test("when another's process dies without an outcome, one is started", async () => {
  const lock = await takeLock();
  const following = handOver(() => works(outcome)).finish(update, forever);
  await wait(20);
  await lock[Symbol.asyncDispose]();
  expect(await following).toEqual(outcome);
  expect(starts).toBe(1);
});

test("a process that dies with the outcome on record and its last words unsaid is started once more", async () => {
  const over = handOver((nth) => works(outcome, { code: nth === 1 ? 137 : 0 }));
  expect(await over.finish(update, forever)).toEqual(outcome);
  expect(starts).toBe(2);
});

test("the end of another update isn't this one's", async () => {
  record = applyRecord({ last: anOutcome({ id: "mm7k29000-zzzzzz" }) });
  await expect(handOver(() => dies("")).finish(update, forever)).rejects.toMatchObject({ code: "helper_missing" });
});

test("whoever follows can stop following; the process goes on", async () => {
  await using _lock = await takeLock();
  const leave = new AbortController();
  const following = handOver(() => dies("")).finish(update, leave.signal);
  setTimeout(() => leave.abort(new Error("SIGTERM")), 5);
  await expect(following).rejects.toThrow("SIGTERM");
  expect(starts).toBe(0);
});
