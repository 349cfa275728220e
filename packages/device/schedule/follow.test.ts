import { TempDir } from "@pawl/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Applying } from "../hand-over.ts";
import { NightlyFile } from "../store/nightly.ts";
import { systemClock } from "../system/clock.ts";
import { HastyClock } from "../testing/device-fixture.ts";
import { type FollowParts, followTimes } from "./follow.ts";

let dir: TempDir;
let troubles: string[];
let nightly: NightlyFile;

beforeEach(async () => {
  dir = await TempDir.create();
  troubles = [];
  nightly = new NightlyFile({ path: dir.join("nightly.json"), lockDir: dir.join("nightly.lock"), clock: systemClock });
});
afterEach(() => dir[Symbol.asyncDispose]());

const follow = (more: Partial<FollowParts> = {}) =>
  followTimes({
    nightly,
    reschedule: null,
    lockDir: dir.join("schedule.lock"),
    clock: systemClock,
    signal: new AbortController().signal,
    onTrouble: (words) => troubles.push(words),
    ...more,
  });

/** Root's process, which ends when it has been looked at a few times. */
function endingWith(code: number, words = ""): Applying & { looks: number } {
  return {
    looks: 0,
    ended() {
      this.looks++;
      return this.looks < 3 ? null : { code, words };
    },
  };
}

test("what the new time makes of today isn't missed, and that is noted before the timer hears of it", async () => {
  let noted: Date | null = null;
  const process = endingWith(0);
  await follow({
    reschedule: () => {
      void nightly.lastRun().then((at) => {
        noted = at;
      });
      return process;
    },
  });
  expect(process.looks).toBe(3);
  expect(noted).toEqual(await nightly.lastRun());
  expect(Date.now() - Number(noted)).toBeLessThan(10_000);
  expect(troubles).toEqual([]);
});

test("where there is no timer nobody is started", async () => {
  await follow();
  await follow({ reschedule: () => null });
  expect(troubles).toEqual([]);
});

test("a new window alone says nothing about the daily check", async () => {
  await follow({ nightly: null });
  expect(await nightly.lastRun()).toBeNull();
});

test("when root's side can't, the owner is told why and what to do", async () => {
  await follow({ reschedule: () => endingWith(1, "Interactive authentication required.") });
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toContain("Interactive authentication required.");
  expect(troubles[0]).toContain("pawl setup");
});

test("when root's side can't even be started, or the note can't be made, that is all that happens", async () => {
  await follow({
    reschedule: () => {
      throw new Error("no more processes");
    },
  });
  await follow({ nightly: { note: () => Promise.reject(new Error("the disk is full")) } });
  expect(troubles.map((words) => /no more processes|the disk is full/.test(words))).toEqual([true, true]);
});

test("one that doesn't end isn't waited for any longer than ten seconds", async () => {
  let elapsed = 0;
  const clock = new HastyClock("2026-03-01T12:00:00Z");
  clock.monotonic = () => {
    elapsed += 500;
    return elapsed;
  };
  await follow({ clock, reschedule: () => ({ ended: () => null }) });
  expect(elapsed).toBeGreaterThanOrEqual(10_000);
  expect(troubles).toEqual([]);
});

test("a process that has to end waits for nothing, and that is no trouble", async () => {
  const end = new AbortController();
  const reschedule = () => {
    setTimeout(() => end.abort(new Error("SIGTERM")), 20);
    return { ended: () => null };
  };
  await follow({ signal: end.signal, reschedule });
  expect(troubles).toEqual([]);
});

test("of two choices at once the second is asked for when the first is done", async () => {
  const running = new Set<number>();
  let most = 0;
  const reschedule = (n: number) => (): Applying => {
    running.add(n);
    most = Math.max(most, running.size);
    const process = endingWith(0);
    return {
      ended: () => {
        const end = process.ended();
        if (end) running.delete(n);
        return end;
      },
    };
  };
  await Promise.all([1, 2, 3].map((n) => follow({ reschedule: reschedule(n) })));
  expect([most, running.size]).toEqual([1, 0]);
});
