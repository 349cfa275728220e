import { describe, expect, test } from "vitest";
import { queueName, serves, targetOf } from "./queue/names.ts";
import { recall } from "./recall.ts";
import { repair } from "./reconciler.ts";
import type { BuildRecord } from "./records.ts";
import { nextTry, waitsForNextTry } from "./retries.ts";
import type { Build } from "./types.ts";
import type { WorkerRow } from "./workers.ts";

const NOW = new Date("2026-03-10T12:00:00Z");
const at = (ms: number) => new Date(NOW.getTime() + ms);

function record(build: Partial<Build>): BuildRecord {
  const whole = { state: "done", expiresAt: at(1), failure: null, result: { versionCode: "r1-abc" }, ...build };
  return { build: whole as Build, line: 1, place: 1, catalogDigest: "1" };
}

const failure = (isPassing: boolean) => ({ code: "x", sentence: "x", culprits: [], isPassing });

test.each([
  ["nothing", null, "new"],
  ["one that waits", record({ state: "queued", expiresAt: null }), "join"],
  ["one that runs", record({ state: "running", expiresAt: null }), "join"],
  ["one that is done", record({}), "hit"],
  ["one whose time is over", record({ expiresAt: NOW }), "new"],
  ["a failure that nobody can help", record({ state: "failed", failure: failure(false) }), "hit"],
  ["that failure an hour later", record({ state: "failed", failure: failure(false), expiresAt: NOW }), "new"],
  ["a failure that may pass", record({ state: "failed", failure: failure(true) }), "new"],
] as const)("%s makes a request a %s", (_, newest, expected) => {
  expect(recall(newest, { catalogDigest: "1", now: NOW })).toBe(expected);
});

test("a failure from before the catalog changed is no answer; an image is", () => {
  const failed = record({ state: "failed", failure: failure(false) });
  expect(recall(failed, { catalogDigest: "2", now: NOW })).toBe("new");
  expect(recall(record({}), { catalogDigest: "2", now: NOW })).toBe("hit");
});

describe("a build that hasn't ended", () => {
  const queue = "openwrt/ath79/generic/x86_64";
  const worker = (labels: Partial<WorkerRow>) =>
    ({ targets: ["*"], architecture: "x86_64", trouble: null, ...labels }) as WorkerRow;
  const waits = {
    ...({ state: "queued", attempt: 0, place: 1, job: "1", not_before: null } as const),
    ...({ waits_for: null, unserved_since: null, queue } as const),
  };
  const listed = { ...waits, place: null, job: null };
  const again = { ...waits, attempt: 1, job: null };
  const unserved = { ...waits, waits_for: "no worker for ath79/generic", unserved_since: at(-59_999) };
  const nobody = "no worker for ath79/generic";
  test.each([
    ["that runs is left alone", { ...waits, state: "running" }, "taken", [], null],
    ["whose worker is silent is lost", { ...waits, state: "running" }, "waiting", [], { kind: "lost" }],
    ["whose job is gone is lost", { ...waits, state: "running" }, undefined, [], { kind: "lost" }],
    ["that waits for a worker is left alone", waits, "waiting", [worker({})], null],
    ["that waits for nobody says so", waits, "waiting", [], { kind: "unserved", waitsFor: nobody }],
    [
      "that waits for a target's worker says so",
      waits,
      "waiting",
      [worker({ targets: ["x86/*"] })],
      { kind: "unserved", waitsFor: nobody },
    ],
    [
      "that waits for another machine says so",
      waits,
      "waiting",
      [worker({ architecture: "aarch64" })],
      { kind: "unserved", waitsFor: nobody },
    ],
    [
      "that waits for one that lacks something says so",
      waits,
      "waiting",
      [worker({ trouble: "no bwrap" })],
      { kind: "unserved", waitsFor: nobody },
    ],
    ["says so only once", unserved, "waiting", [], null],
    ["takes it back", unserved, "waiting", [worker({})], { kind: "served" }],
    [
      "that nobody was there for leaves the line after a minute",
      { ...unserved, unserved_since: at(-60_000) },
      "waiting",
      [],
      { kind: "leave-line" },
    ],
    [
      "that isn't in line needn't leave it",
      { ...unserved, place: null, job: null, unserved_since: at(-3_599_999) },
      undefined,
      [],
      null,
    ],
    ["that waits in a list is left alone", listed, undefined, [worker({})], null],
    ["that nobody is there for waits in no list", listed, undefined, [], { kind: "unserved", waitsFor: nobody }],
    [
      "that nobody was there for is given up after an hour",
      { ...unserved, unserved_since: at(-3_600_000) },
      "waiting",
      [],
      { kind: "give-up", unservedSince: at(-3_600_000) },
    ],
    [
      "that nobody is there for since tomorrow begins its hour anew",
      { ...unserved, unserved_since: at(86_400_000) },
      "waiting",
      [],
      { kind: "unserved", waitsFor: nobody },
    ],
    ["whose job the queue has lost gets another", waits, undefined, [worker({})], { kind: "enqueue" }],
    ["that waits for its next try is left alone", { ...again, not_before: at(1) }, undefined, [], null],
    [
      "whose next try is further away than any pause gets a job: the clock was set back",
      { ...again, not_before: at(144_001) },
      undefined,
      [],
      { kind: "enqueue" },
    ],
    ["that waits as long as it can is left alone", { ...again, not_before: at(144_000) }, undefined, [], null],
    ["whose next try has come gets a job", { ...again, not_before: NOW }, undefined, [], { kind: "enqueue" }],
  ] as const)("%s", (_, row, job, workers, expected) => {
    expect(repair(row, job, { workers, now: NOW })).toEqual(expected);
  });
});

test.each([
  [1, 0, 4_000],
  [1, 0.5, 5_000],
  [2, 1, 36_000],
  [3, 0.5, 120_000],
])("after %i failed tries with luck %f the next begins in %i ms", (failed, random, ms) => {
  expect(nextTry(failed, NOW, random)).toEqual(at(ms));
});

test("after the fourth there is none", () => {
  expect(nextTry(4, NOW, 0)).toBeNull();
  expect(waitsForNextTry("It hangs", 1, NOW)).toBe("It hangs. Try 2 of 4 at 12:00:00 UTC.");
});

test.each([
  ["*", true],
  ["ath79/*", true],
  ["ath79/generic", true],
  ["*/generic", true],
  ["ath79", false],
  ["x86/64", false],
  ["ath79/gener", false],
  [".*/generic", false],
])("a worker with the label %s builds for ath79/generic: %s", (label, expected) => {
  const queue = queueName({ distribution: "openwrt", target: "ath79/generic", architecture: "x86_64" });
  expect(serves({ targets: [label], architecture: "x86_64" }, queue)).toBe(expected);
  expect(targetOf(queue)).toBe("ath79/generic");
});
