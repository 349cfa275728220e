import { failure, type UpdateEvent } from "@pawl/protocol";
import { TestClock } from "@pawl/testkit";
import { beforeEach, expect, test } from "vitest";
import { Reporter } from "./reporter.ts";
import { anOutcome } from "./update-fixture.ts";

let clock: TestClock;
let kept: UpdateEvent[];
let shown: UpdateEvent[];

beforeEach(() => {
  clock = new TestClock();
  kept = [];
  shown = [];
});

function reporter(written: readonly UpdateEvent[] = []): Reporter {
  return new Reporter({
    keep: (event) => void kept.push(event),
    show: (event) => void shown.push(event),
    written,
    monotonic: () => clock.monotonic(),
  });
}

function percents(events: readonly UpdateEvent[]): number[] {
  return events.flatMap((event) => (event.type === "progress" ? [event.percent] : []));
}

test("a phase is told as it is entered, once, with where the update stands", () => {
  const one = reporter();
  one.enter("installing", "verifying");
  one.enter("installing", "verifying");
  expect(kept).toMatchObject([
    { type: "status", state: "installing", phase: "verifying" },
    { type: "progress", phase: "verifying", percent: 60 },
  ]);
});

test("§2 progress: progress goes to the disk every two seconds at most, and to watchers always", async () => {
  const one = reporter();
  one.enter("installing", "downloading");
  for (let tick = 0; tick < 100; tick++) {
    await clock.advance(100);
    one.advance({ doneBytes: tick, totalBytes: 100 });
  }
  expect(percents(kept)).toHaveLength(1 + 5);
  expect(shown).toHaveLength(95);
});

test("outside of a phase there is no progress", () => {
  reporter().advance({ share: 0.5 });
  expect([...kept, ...shown]).toEqual([]);
});

test("a success ends with 100 percent, the words earlier dashboards look for, and done", () => {
  const one = reporter();
  one.enter("installing", "health_check");
  one.end(anOutcome());
  expect(kept.slice(-4)).toMatchObject([
    { type: "progress", percent: 100 },
    { type: "line", line: "✓ Upgraded to 1.1.0 on channel 'stable'", level: "info" },
    { type: "status", state: "complete", phase: null },
    { type: "done", state: "complete", error: null },
  ]);
});

test("a rollback that worked says where it went back to", () => {
  reporter().end(anOutcome({ kind: "rollback", to: "1.0.0" }));
  expect(kept).toContainEqual({ type: "line", line: "✓ Went back to 1.0.0 on channel 'stable'", level: "info" });
});

test.each([
  ["failed", "error", "error", "It broke."],
  ["rolled_back", "error", "error", "It broke."],
  ["undone", "error", "error", "It broke."],
  ["cancelled", "idle", "info", null],
] as const)("an update that %s ends in %s and never reaches 100", (result, state, level, error) => {
  const one = reporter();
  one.enter("installing", "health_check");
  one.end(anOutcome({ result, failure: failure("health_failed", "It broke.") }));
  expect(kept.slice(-3)).toEqual([
    { type: "line", line: "✗ It broke.", level },
    { type: "status", state, phase: null },
    { type: "done", state, error },
  ]);
  expect(Math.max(...percents(kept))).toBe(93);
});

test("the end is said once, also by the process after the one that said it", () => {
  const one = reporter();
  one.end(anOutcome());
  one.end(anOutcome());
  reporter(kept).end(anOutcome());
  expect(kept.filter(({ type }) => type === "done")).toHaveLength(1);
});

test("an update that seemed over and was taken up again has an end of its own", () => {
  reporter().end(anOutcome({ result: "failed" }));
  const next = reporter([...kept]);
  next.line("Going on after an interruption");
  next.end(anOutcome({ result: "rolled_back" }));
  expect(kept.at(-1)).toMatchObject({ type: "done" });
  expect(kept.filter(({ type }) => type === "done")).toHaveLength(2);
});

test("a run that goes on does so from the percent and the phase in the log", () => {
  const first = reporter();
  first.enter("installing", "staging");
  first.advance({ share: 0 });
  const written: UpdateEvent[] = [...kept, { ...progress(77.5), phase: "staging" }, progress(70)];
  kept = [];
  shown = [];
  const next = reporter(written);
  next.enter("installing", "staging");
  expect(kept).toEqual([]);
  next.advance({ share: 0.1 });
  next.enter("installing", "rolling_back");
  next.advance({ share: 1 });
  expect(percents([...kept, ...shown]).every((percent) => percent === 77.5)).toBe(true);
});

test("reads a long log without running out of stack", () => {
  const written = Array.from({ length: 300_000 }, (_, n) => progress(n / 10_000));
  const next = reporter(written);
  next.enter("installing", "downloading");
  expect(percents(kept)).toEqual([29.9999]);
});

function progress(percent: number): Extract<UpdateEvent, { type: "progress" }> {
  return {
    type: "progress",
    phase: "downloading",
    done_bytes: null,
    total_bytes: null,
    percent,
    bytes_per_second: null,
    seconds_left: null,
  };
}
