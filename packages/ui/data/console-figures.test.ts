import { expect, test } from "vitest";
import { dayFigures, durationClasses, hitShare, versionFigures } from "./console-figures.ts";

const day = { day: "2026-01-01T00:00:00Z", upgrade_checks: 9 };

test("what was asked for was there, was built, or failed", () => {
  const [first, second] = dayFigures([
    { ...day, builds: 10, hits: 6, failures: 1 },
    { ...day, builds: 1, hits: 2, failures: 0 },
  ]);
  expect(first).toEqual({ day: day.day, hits: 6, built: 3, failures: 1 });
  expect(second?.built).toBe(0);
});

test("says how many were answered at once, and nothing where nobody has asked", () => {
  expect(hitShare([{ day: "", hits: 3, built: 1, failures: 0 }])).toBe(75);
  expect(hitShare([{ day: "", hits: 0, built: 0, failures: 0 }])).toBeNull();
  expect(hitShare([])).toBeNull();
});

test("counts versions of the last weeks only", () => {
  const items = [
    { version: "24.10.5", builds: [9, 9, 0, 0] },
    { version: "25.12.0", builds: [0, 0, 1, 2] },
    { version: "25.12.1", builds: [0, 0, 4, 5] },
  ];
  expect(versionFigures({ weeks: [], items }, 2)).toEqual([
    { version: "25.12.1", builds: 9 },
    { version: "25.12.0", builds: 3 },
  ]);
});

test("leaves out classes behind the last build", () => {
  const classes = [
    { seconds: 5, builds: 0 },
    { seconds: 10, builds: 2 },
    { seconds: 20, builds: 0 },
  ];
  expect(durationClasses({ builds: 2, p50: 1, p90: 1, p99: 1, classes })).toHaveLength(2);
});
