import { PHASES } from "@pawl/protocol";
import { expect, test } from "vitest";
import { Meter } from "./progress.ts";

test.each([
  ["downloading", 0, 60],
  ["verifying", 60, 65],
  ["waiting", 65, 65],
  ["staging", 65, 80],
  ["backing_up", 80, 84],
  ["activating", 84, 90],
  ["restarting", 90, 93],
  ["health_check", 93, 99],
] as const)("%s goes from %d to %d percent", (phase, from, to) => {
  expect(new Meter().advance(phase, { share: 0 }).percent).toBe(from);
  expect(new Meter().advance(phase, { share: 1 }).percent).toBe(to);
});

test("§2 percent: never falls, whatever the steps report", () => {
  const meter = new Meter();
  let last = 0;
  for (let n = 0; n < 2_000; n++) {
    const phase = PHASES[(n * 7) % PHASES.length] ?? "downloading";
    const advance = n % 2 ? { share: ((n * 37) % 100) / 100 } : { doneBytes: (n * 31) % 1000, totalBytes: 999 };
    const { percent } = meter.advance(phase, advance);
    expect(percent).toBeGreaterThanOrEqual(last);
    expect(percent).toBeLessThanOrEqual(99);
    last = percent;
  }
});

test("§2 percent: stays where it is while the device goes back", () => {
  const meter = new Meter();
  meter.advance("health_check", { share: 0.5 });
  expect(meter.advance("rolling_back", { share: 0 }).percent).toBe(96);
  expect(meter.advance("rolling_back", { share: 1 })).toMatchObject({ phase: "rolling_back", percent: 96 });
});

test("§2 percent: is 100 only when complete", () => {
  const meter = new Meter();
  for (const phase of PHASES) expect(meter.advance(phase, { share: 1 }).percent).toBeLessThan(100);
  expect(meter.complete().percent).toBe(100);
});

test("§2 percent: goes on from where an interrupted update had got to", () => {
  expect(new Meter(47.3).advance("downloading", { share: 0.1 }).percent).toBe(47.3);
});

test("tells bytes, rate and the seconds that are left", () => {
  const event = new Meter().advance("downloading", { doneBytes: 250, totalBytes: 1000, bytesPerSecond: 100 });
  expect(event).toEqual({
    type: "progress",
    phase: "downloading",
    done_bytes: 250,
    total_bytes: 1000,
    percent: 15,
    bytes_per_second: 100,
    seconds_left: 8,
  });
});

test.each([
  ["an empty file", { doneBytes: 0, totalBytes: 0 }, 60],
  ["more than there is", { doneBytes: 2000, totalBytes: 1000 }, 60],
  ["less than nothing", { share: -1 }, 0],
  ["a rate of zero", { doneBytes: 500, totalBytes: 1000, bytesPerSecond: 0 }, 30],
])("takes %s", (_, advance, percent) => {
  expect(new Meter().advance("downloading", advance)).toMatchObject({ percent, seconds_left: null });
});
