import type { ApplyState, FetchState } from "@pawl/protocol";
import { describe, expect, test } from "vitest";
import { STEP } from "../cli/words.ts";
import { stateOf } from "../update/phase.ts";
import { anUpdate, applyRecord, aRelease, LATER, sha } from "../update/update-fixture.ts";

const update = anUpdate();
const release = aRelease();
const move = { previous: "1.0.0", next: "1.1.0", manifest_sha256: sha("a"), kept: false };
const failure = { code: "health_failed", message: "It doesn't work." } as never;
const IDLE: FetchState = { status: "idle", shows: "idle" };

// Contract §2, its columns "engine state", "state", "phase" and "step shown". Column "after a power cut": the tests that
// are named after the same states, in update/apply-transition.test.ts, app-recovery.test.ts and e2e/kill.test.ts.

describe("before the device changes", () => {
  test.each<[FetchState, string, string | null, string | null]>([
    [IDLE, "idle", null, null],
    [{ status: "idle", shows: "complete" }, "complete", null, null],
    [{ status: "idle", shows: "error" }, "error", null, null],
    [{ status: "checking", since: LATER, update: null, waiting: null }, "checking", null, null],
    [{ status: "downloading", update, release }, "installing", "downloading", "Download"],
    [{ status: "verifying", update, release }, "installing", "verifying", "Verify"],
    [{ status: "waiting", update, release, until: LATER }, "installing", "waiting", "Wait"],
  ])("§2 $status: it is $1, with the phase $2, and the step is called $3", (engine, state, phase, step) => {
    const shown = stateOf(engine, applyRecord());
    expect(shown).toEqual({ state, phase });
    expect(shown.phase && STEP[shown.phase]).toBe(step);
  });
});

describe("while the device changes", () => {
  test.each<[ApplyState, string, string]>([
    [{ status: "staging", update, release }, "staging", "Unpack"],
    [{ status: "backing-up", update, move }, "backing_up", "Back up"],
    [{ status: "switching", update, move }, "activating", "Switch"],
    [{ status: "restarting", update, move, boots: 1 }, "restarting", "Restart"],
    [{ status: "testing", update, move, boots: 1 }, "health_check", "Check that it works"],
    [{ status: "rolling-back", update, move, failure, result: "rolled_back" }, "rolling_back", "Going back"],
  ])("§2 $status: it is installing, with the phase $1, and the step is called $2", (engine, phase, step) => {
    expect(stateOf(IDLE, applyRecord({ engine }))).toEqual({ state: "installing", phase });
    expect(STEP[phase as keyof typeof STEP]).toBe(step);
  });
});
