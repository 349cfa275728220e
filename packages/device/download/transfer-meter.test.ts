import { expect, test } from "vitest";
import { MinimumRate } from "./minimum-rate.ts";
import { type DownloadProgress, TransferMeter } from "./transfer-meter.ts";

function meterOf(totalBytes: number | null) {
  let at = 0;
  const told: DownloadProgress[] = [];
  const meter = new TransferMeter(totalBytes, { monotonic: () => at }, (progress) => told.push(progress));
  return { meter, told, pass: (ms: number) => (at += ms) };
}

test("tells at the start, at the end, and at most every 200 ms between", () => {
  const { meter, told, pass } = meterOf(100);
  meter.begin(0);
  for (let done = 1; done <= 100; done++) {
    pass(10);
    meter.update(done);
  }
  meter.end(100);
  expect(told.map(({ doneBytes }) => doneBytes)).toEqual([0, 20, 40, 60, 80, 100, 100]);
});

test("the rate counts neither what was there before nor the pause between two connections", () => {
  const { meter, told, pass } = meterOf(10_000);
  meter.begin(5000);
  pass(1000);
  meter.update(6000);
  pass(60_000);
  meter.begin(6000);
  pass(1000);
  meter.update(7000);
  expect(told.map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([null, 1000, 1000, 1000]);
});

test("the rate follows a change smoothly", () => {
  const { meter, told, pass } = meterOf(1_000_000);
  meter.begin(0);
  let done = 0;
  for (const bytes of [...Array(5).fill(1000), ...Array(10).fill(5000)]) {
    pass(1000);
    done += bytes;
    meter.update(done);
  }
  const rates = told.map(({ bytesPerSecond }) => bytesPerSecond ?? 0);
  expect(rates.slice(1, 6)).toEqual([1000, 1000, 1000, 1000, 1000]);
  expect(rates[6]).toBeGreaterThan(1500);
  expect(rates[6]).toBeLessThan(3000);
  expect(rates.at(-1)).toBeGreaterThan(4800);
});

test.each([
  ["one byte a second", 1, 1000, 60],
  ["just too little", 1023, 1000, 60],
])("%s is noticed when the window ends", (_, bytes, everyMs, after) => {
  let at = 0;
  const rate = new MinimumRate(1024, 60_000, { monotonic: () => at });
  let chunks = 0;
  do {
    at += everyMs;
    chunks++;
  } while (rate.keeps(bytes));
  expect(chunks).toBe(after);
});

test("a pause within a window that brings enough is no trouble, and every window counts anew", () => {
  let at = 0;
  const rate = new MinimumRate(1024, 60_000, { monotonic: () => at });
  expect(rate.keeps(70_000)).toBe(true);
  at += 60_000;
  expect(rate.keeps(1)).toBe(true);
  at += 60_000;
  expect(rate.keeps(1)).toBe(false);
});

test("says nothing as long as nobody knows how long the file is", () => {
  const { meter, told, pass } = meterOf(null);
  meter.begin(0);
  pass(1000);
  meter.update(50);
  meter.begin(50, 100);
  meter.end(100);
  expect(told.map(({ doneBytes, totalBytes }) => [doneBytes, totalBytes])).toEqual([
    [50, 100],
    [100, 100],
  ]);
});
