import { expect, test } from "vitest";
import { jitterOf } from "./jitter.ts";

const MAX = 45 * 60_000;

test("a device's delay is the same every day, and another for another app or device", () => {
  const ours = jitterOf("0123", "kitchen", MAX);
  expect(jitterOf("0123", "kitchen", MAX)).toBe(ours);
  expect(jitterOf("0124", "kitchen", MAX)).not.toBe(ours);
  expect(jitterOf("0123", "hall", MAX)).not.toBe(ours);
});

test("many devices are spread evenly, from none to below the longest delay", () => {
  const delays = Array.from({ length: 3_000 }, (_, device) => jitterOf(String(device), "kitchen", MAX));
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...delays)).toBeLessThan(MAX);
  const thirds = [0, 1, 2].map((third) => delays.filter((delay) => Math.floor((delay / MAX) * 3) === third).length);
  for (const count of thirds) expect(Math.abs(count - 1_000)).toBeLessThan(150);
});

test("without jitter nobody is delayed", () => {
  expect(jitterOf("0123", "kitchen", 0)).toBe(0);
});
