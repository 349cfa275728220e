import { expect, test } from "vitest";
import type { AppStatus, AppView } from "../../data/live-app.ts";
import { aStatus } from "../../data/status-fixture.ts";
import { announcement } from "./announcement.ts";

const view = (more: Partial<AppStatus>, awaySince: number | null = null): AppView => ({
  status: aStatus(more),
  awaySince,
  trouble: null,
  lines: [],
});
const progress = (percent: number) => ({
  ...{ percent, done_bytes: percent, total_bytes: 100, bytes_per_second: null, seconds_left: null },
});

test("phases are announced, and not every percent of them", () => {
  const said = [1, 2, 3].map((percent) =>
    announcement(view({ state: "installing", phase: "downloading", progress: progress(percent) })),
  );
  expect(new Set(said).size).toBe(1);
  expect(announcement(view({ state: "installing", phase: "activating" }))).toContain("Don't cut the power");
});

test("where one stands at the end, and that the device is away, is announced", () => {
  expect(announcement(view({ last_result: "success", current_version: "2.4.0" }))).toBe("Now on 2.4.0");
  expect(announcement(view({ last_result: "rolled_back" }))).toBe("You are on 2.3.1.");
  expect(announcement(view({ state: "installing", phase: "restarting" }, 1))).toContain("doesn't answer");
});

test("what is quiet on the page is quiet here, too", () => {
  expect(announcement(view({}))).toBe("");
  expect(announcement(view({ last_result: "success", has_update: true }))).toBe("");
});
