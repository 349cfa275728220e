import { expect, test } from "vitest";
import type { AppStatus } from "./live-app.ts";
import { isStale, type Standing, standingOf } from "./standing.ts";
import { aStatus } from "./status-fixture.ts";

const newer = { latest_version: "2.4.0", direction: "up" } as const;

test.each<[Standing, Partial<AppStatus>]>([
  ["update", { ...newer, has_update: true }],
  ["skipped", { ...newer, skipped_version: "2.4.0" }],
  ["refused", { ...newer, refused_versions: ["2.4.0"] }],
  ["older", { latest_version: "2.2.9", direction: "down" }],
  ["older", { direction: "down" }],
  ["current", {}],
  ["current", { refused_versions: ["2.3.1"] }],
  ["none", { latest_version: null }],
  ["unknown", { latest_version: null, last_checked: null }],
  // A branch has another commit of the same version.
  ["skipped", { direction: "up", skipped_version: "2.3.1" }],
])("%s: %o", (expected, more) => {
  expect(standingOf(aStatus(more))).toBe(expected);
});

test("an answer is stale after two days, and none is no better", () => {
  const now = Date.parse("2026-11-24T10:00:00Z");
  expect(isStale("2026-11-22T10:00:00Z", now)).toBe(true);
  expect(isStale("2026-11-22T10:00:01Z", now)).toBe(false);
  expect(isStale(null, now)).toBe(true);
});
