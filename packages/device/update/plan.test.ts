import { type ApplyState, type FetchState, failure } from "@pawl/protocol";
import { expect, test } from "vitest";
import { planApply, planFetch } from "./plan.ts";
import { AT, anUpdate, aRelease, LATER, sha } from "./update-fixture.ts";

const update = anUpdate();
const release = aRelease();
const move = { previous: "1.0.0", next: "1.1.0", manifest_sha256: sha("a"), kept: false };
const waiting: FetchState = { status: "waiting", update, release, until: LATER };
const any = { window: null };
const noon = new Date(2026, 2, 1, 12, 0);

test.each<[FetchState, object | null]>([
  [{ status: "idle", shows: "error" }, null],
  [
    { status: "checking", since: AT, update: null, waiting: null },
    { action: "resolve", update: null },
  ],
  [
    { status: "checking", since: AT, update, waiting: null },
    { action: "resolve", update },
  ],
  [
    { status: "downloading", update, release },
    { action: "download", update, release },
  ],
  [
    { status: "verifying", update, release },
    { action: "verify", update, release },
  ],
  [
    { status: "applying", update, release },
    { action: "hand-over", update, release },
  ],
  [
    { status: "applying", update, release: null },
    { action: "hand-over", update, release: null },
  ],
])("before the device changes: $status", (state, step) => {
  expect(planFetch(state, any, noon)).toEqual(step);
  expect(planFetch(state, any, noon)).toEqual(planFetch(state, any, noon));
});

test.each([
  ["11:00-13:00", { action: "open-window" }],
  ["13:00-14:00", null],
  [null, { action: "open-window" }],
])("an update that waits, at noon, with the window %s", (window, step) => {
  expect(planFetch(waiting, { window }, noon)).toEqual(step);
});

test.each<[ApplyState, object | null]>([
  [{ status: "idle" }, null],
  [
    { status: "staging", update, release },
    { action: "stage", update, release },
  ],
  [
    { status: "backing-up", update, move },
    { action: "back-up", update, move },
  ],
  [
    { status: "switching", update, move },
    { action: "switch", update, move },
  ],
  [
    { status: "restarting", update, move, boots: 1 },
    { action: "restart", update, move },
  ],
  [
    { status: "testing", update, move, boots: 2 },
    { action: "test", update, move },
  ],
  [
    { status: "making-do", update, move, failure: failure("health_failed", "1.1.0 doesn't work.") },
    { action: "make-do", update, move },
  ],
])("while the device changes: $status", (state, step) => {
  expect(planApply(state)).toEqual(step);
  expect(planApply(state)).toEqual(planApply(state));
});
