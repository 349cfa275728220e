import { expect, test } from "vitest";
import { aboutDuration, ago, clockTime, duration, percent, relativeTime, size, sizeOf, soonTime } from "./format.ts";

const plain = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, " ");
const NOW = Date.parse("2026-11-22T12:00:00Z");
const secondsFromNow = (seconds: number) => NOW + seconds * 1000;

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1_000, "1 kB"],
  [1_550, "1.6 kB"],
  [99_960, "100 kB"],
  [999_499, "999 kB"],
  [999_500, "1 MB"],
  [999_960_000, "1 GB"],
  [14_200_000, "14.2 MB"],
  [120_400_000, "120 MB"],
  [5_000_000_000_000_000, "5,000 TB"],
  [-14_200_000, "-14.2 MB"],
])("%d bytes are %s", (bytes, expected) => {
  expect(plain(size(bytes))).toBe(expected);
});

test("of two sizes the unit is said once where it is the same", () => {
  expect(plain(sizeOf(8_100_000, 14_200_000))).toBe("8.1 of 14.2 MB");
  expect(plain(sizeOf(999_400, 14_200_000))).toBe("999 kB of 14.2 MB");
  expect(plain(sizeOf(0, 14_200_000))).toBe("0 bytes of 14.2 MB");
});

test.each([
  [-3, "0 s"],
  [0.4, "0 s"],
  [59.6, "60 s"],
  [89, "89 s"],
  [90, "2 min"],
  [3_600, "60 min"],
  [5_400, "2 h"],
])("%d seconds are %s", (seconds, expected) => {
  expect(plain(duration(seconds))).toBe(expected);
});

test.each([
  [1, "about 5 seconds"],
  [54, "about 55 seconds"],
  [55, "about 1 minute"],
  [89, "about 1 minute"],
  [90, "about 2 minutes"],
])("what takes %d seconds takes %s", (seconds, expected) => {
  expect(plain(aboutDuration(seconds))).toBe(expected);
});

test.each([
  [-59, "just now"],
  [-60, "1 minute ago"],
  [-3_599, "59 minutes ago"],
  // It may have been two nights ago.
  [-47 * 3600, "1 day ago"],
  [-8 * 86_400, "1 week ago"],
  [30, "just now"],
  [3 * 3600, "in 3 hours"],
])("%d seconds from now is %s", (seconds, expected) => {
  expect(relativeTime(secondsFromNow(seconds), NOW)).toBe(expected);
});

test("what is over is never to come, however the clocks differ", () => {
  expect(ago(secondsFromNow(7_200), NOW)).toBe("just now");
  expect(ago(secondsFromNow(-7_200), NOW)).toBe("2 hours ago");
});

test("an hour of another day has its day", () => {
  const noon = new Date(2026, 10, 22, 12, 0).getTime();
  expect(clockTime(new Date(2026, 10, 22, 23, 59), noon)).not.toMatch(/Nov/);
  expect(clockTime(new Date(2026, 10, 23, 0, 1), noon)).toMatch(/23.*Nov|Nov.*23/);
  expect(clockTime(new Date(2027, 10, 22, 12, 0), noon)).toMatch(/Nov/);
});

test("an hour that comes within a day needs none", () => {
  const evening = new Date(2026, 10, 22, 20, 0).getTime();
  const nextDay = (hour: number) => new Date(2026, 10, 23, hour, 20).toISOString();
  expect(soonTime(nextDay(4), evening)).not.toMatch(/Nov/);
  expect(soonTime(nextDay(21), evening)).toMatch(/Nov/);
  expect(soonTime(new Date(2026, 10, 21, 4, 20).toISOString(), evening)).toMatch(/Nov/);
});

test("nothing is whole before it is", () => {
  expect(percent(99.9)).toBe("99%");
});
