import { expect, test } from "vitest";
import { type Phase, updateSteps } from "./update-steps.ts";

const update = {
  kind: "install",
  from: "2.3.1",
  to: "2.4.0",
  unattended: false,
  started_at: "2026-11-22T10:00:00Z",
} as const;
const bytes = { done_bytes: 8, total_bytes: 16, percent: 30, bytes_per_second: 2, seconds_left: 4 };

/** `+` done, `>` current, `.` ahead, `-` left. */
function drawn(phase: Phase | null, kind: "install" | "rollback" = "install"): string {
  const mark = { done: "+", current: ">", ahead: ".", left: "-" } as const;
  const steps = updateSteps({ phase, progress: null, update: { ...update, kind } });
  return steps.map((step) => `${mark[step.state]}${step.phase}`).join(" ");
}

test.each<[Phase | null, string]>([
  [null, ">downloading .verifying .staging .backing_up .activating .restarting .health_check"],
  ["downloading", ">downloading .verifying .staging .backing_up .activating .restarting .health_check"],
  ["waiting", "+downloading +verifying >waiting .staging .backing_up .activating .restarting .health_check"],
  ["staging", "+downloading +verifying >staging .backing_up .activating .restarting .health_check"],
  ["health_check", "+downloading +verifying +staging +backing_up +activating +restarting >health_check"],
  ["rolling_back", "+downloading +verifying +staging +backing_up -activating -restarting -health_check >rolling_back"],
])("an install at %s", (phase, expected) => {
  expect(drawn(phase)).toBe(expected);
});

test.each<[Phase, string]>([
  ["staging", ">backing_up .activating .restarting .health_check"],
  ["activating", "+backing_up >activating .restarting .health_check"],
  ["rolling_back", "+backing_up -activating -restarting -health_check >rolling_back"],
])("going back at %s fetches and unpacks nothing", (phase, expected) => {
  expect(drawn(phase, "rollback")).toBe(expected);
});

test("a step that only newer devices have is said to be one, and is no other", () => {
  expect(drawn("defrosting" as Phase)).toBe(">other");
});

test("only bytes move a step's bar, and never beyond its end", () => {
  const shareOf = (progress: typeof bytes | null) =>
    updateSteps({ phase: "downloading", progress, update }).map(({ share }) => share);
  expect(shareOf(bytes)).toEqual([0.5, null, null, null, null, null, null]);
  expect(shareOf({ ...bytes, done_bytes: 20 })[0]).toBe(1);
  expect(shareOf({ ...bytes, total_bytes: 0 })[0]).toBe(null);
  expect(shareOf(null)[0]).toBe(null);
});
