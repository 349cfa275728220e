import { type Failure, failure } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { expect, test } from "vitest";
import { type Chosen, chosen } from "./chosen.ts";
import { statusOf, type View } from "./status.ts";
import { anOutcome, anUpdate, applyRecord, aRelease, fetchRecord, LATER } from "./update-fixture.ts";

const DEFAULTS = { channel: "stable", window: undefined, auto: { check: true, time: "04:20", install: false } };
const NOTHING = {
  channel: null,
  auto: { check: null, time: null, install: null },
  window: null,
  skipped_version: null,
  skipped_commit: null,
};
const rolledBack = failure("health_failed", "1.1.0 doesn't work.", { phase: "health_check", back_on: "1.0.0" });
const offlineInCheck = failure("offline", "The host can't be reached.");
const offlineInInstall = failure("offline", "The host can't be reached.", { phase: "downloading" });

const NEXT = anUpdate({ id: "mm7k2b000-bbbbbb" });
const LAST = anOutcome({ result: "rolled_back", failure: rolledBack });

function status(fields: Partial<View>, seen: string | null) {
  const own: Chosen = chosen(DEFAULTS, { ...NOTHING, seen });
  const view = { now: new Date(LATER), versioning: versionings.semver, current: null, backup: null, progress: null };
  return statusOf({ chosen: own, fetch: fetchRecord(), apply: applyRecord({ last: LAST }), ...view, ...fields });
}

const shows = (state: "error" | "idle" | "complete", failure: Failure | null = null) =>
  fetchRecord({ engine: { status: "idle", shows: state }, failure });

test.each<[string, Partial<View>, string | null, object]>([
  ["unseen", { fetch: shows("error") }, null, { state: "error", failure: rolledBack, last_result: "rolled_back" }],
  ["seen", { fetch: shows("error") }, LAST.id, { state: "idle", error: null, failure: null, last_result: null }],
  ["unseen, after a check", { fetch: shows("idle") }, null, { state: "idle", error: null, failure: rolledBack }],
  ["seen, after a check", { fetch: shows("idle") }, LAST.id, { state: "idle", failure: null, last_result: null }],
  [
    "unseen, after a check that failed",
    { fetch: shows("error", offlineInCheck) },
    null,
    { state: "error", failure: offlineInCheck, last_result: "rolled_back" },
  ],
  [
    "seen, after a check that failed",
    { fetch: shows("error", offlineInCheck) },
    LAST.id,
    { state: "error", error: offlineInCheck.message, failure: offlineInCheck, last_result: null },
  ],
  [
    "seen, when another one than the last was",
    { fetch: shows("error") },
    "mm7k20000-000000",
    { state: "error", last_result: "rolled_back" },
  ],
])("an update that was rolled back, %s", (_, fields, seen, expected) => {
  expect(status(fields, seen)).toMatchObject(expected);
});

test("an install that couldn't reach its host is over once it was seen: its failure was not a check's", () => {
  const last = anOutcome({ result: "failed", failure: offlineInInstall });
  const fields = { fetch: { ...shows("error", offlineInInstall), last }, apply: applyRecord() };
  expect(status(fields, null)).toMatchObject({ state: "error", failure: offlineInInstall, last_result: "failed" });
  expect(status(fields, last.id)).toMatchObject({ state: "idle", error: null, failure: null, last_result: null });
});

test("with the next install it is over, with one that waits it isn't", () => {
  const release = aRelease();
  const running = fetchRecord({ engine: { status: "downloading", update: NEXT, release } });
  expect(status({ fetch: running }, null)).toMatchObject({ state: "installing", failure: null, last_result: null });
  const waiting = fetchRecord({ engine: { status: "waiting", update: NEXT, release, until: LATER } });
  expect(status({ fetch: waiting }, null)).toMatchObject({ phase: "waiting", last_result: "rolled_back" });
});

test("an update that works is told until it was seen", () => {
  const apply = applyRecord({ last: anOutcome() });
  expect(status({ fetch: shows("complete"), apply }, null)).toMatchObject({
    state: "complete",
    last_result: "success",
  });
  expect(status({ fetch: shows("complete"), apply }, LAST.id)).toMatchObject({ state: "idle", last_result: null });
});
