import { type ApplyState, type FetchState, failure, Status } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";
import { expect, test } from "vitest";
import { type Chosen, nextAt } from "./chosen.ts";
import { lastOutcome, statusOf, type View } from "./status.ts";
import { AT, anOutcome, anUpdate, applyRecord, aRefusal, aRelease, fetchRecord, LATER, sha } from "./update-fixture.ts";

const update = anUpdate();
const release = aRelease();
const move = { previous: "1.0.0", next: "1.1.0", manifest_sha256: sha("a"), kept: false };
const progress = { done_bytes: 1, total_bytes: 2, percent: 30, bytes_per_second: 3, seconds_left: 4 };
const offline = failure("offline", "The host can't be reached.");
const broken = failure("health_failed", "1.1.0 doesn't work.");

const CHOSEN: Chosen = {
  channel: "stable",
  auto: { check: true, time: "04:20", install: false },
  window: null,
  skipped: { version: null, commit: null },
  seen: null,
};

function view(fields: Partial<View> = {}): View {
  return {
    chosen: CHOSEN,
    now: new Date(LATER),
    versioning: versionings.semver,
    fetch: fetchRecord(),
    apply: applyRecord(),
    current: { version: "1.0.0", manifest_sha256: sha("9") },
    backup: null,
    progress: null,
    ...fields,
  };
}

test("a device nothing has happened to yet", () => {
  const status = statusOf(view({ current: null }));
  expect(Status.parse(status)).toEqual(status);
  expect(status).toEqual({
    current_version: null,
    latest_version: null,
    has_update: false,
    channel: "stable",
    last_checked: null,
    state: "idle",
    error: null,
    phase: null,
    progress: null,
    failure: null,
    last_result: null,
    direction: null,
    direction_reason: null,
    current_commit: null,
    skipped_version: null,
    refused_versions: [],
    backup_version: null,
    can_roll_back: false,
    backup_path: null,
    auto: {
      check: true,
      time: "04:20",
      install: false,
      window: null,
      next_run: nextAt("04:20", new Date(LATER)).toISOString(),
    },
    release: null,
    update_id: null,
    update: null,
  });
});

test.each<[FetchState, object]>([
  [
    { status: "idle", shows: "idle" },
    { state: "idle", phase: null, update_id: null, update: null },
  ],
  [
    { status: "idle", shows: "complete" },
    { state: "complete", phase: null },
  ],
  [
    { status: "idle", shows: "error" },
    { state: "error", phase: null },
  ],
  [
    { status: "checking", since: AT, update: null, waiting: null },
    { state: "checking", phase: null, progress: null },
  ],
  [
    { status: "checking", since: AT, update, waiting: null },
    { state: "installing", phase: "downloading", update_id: update.id },
  ],
  [
    { status: "downloading", update, release },
    {
      state: "installing",
      phase: "downloading",
      progress,
      update_id: update.id,
      update: { kind: "install", from: "1.0.0", to: "1.1.0", unattended: false, started_at: update.started_at },
    },
  ],
  [
    { status: "verifying", update, release },
    { state: "installing", phase: "verifying", progress },
  ],
  [
    { status: "waiting", update, release, until: LATER },
    { state: "installing", phase: "waiting", progress },
  ],
  [
    { status: "applying", update, release },
    { state: "installing", phase: "staging", progress },
  ],
])("before the device changes: %o", (engine, expected) => {
  expect(statusOf(view({ fetch: fetchRecord({ engine }), progress }))).toMatchObject(expected);
});

test.each<[ApplyState, string]>([
  [{ status: "staging", update, release }, "staging"],
  [{ status: "backing-up", update, move }, "backing_up"],
  [{ status: "switching", update, move }, "activating"],
  [{ status: "restarting", update, move, boots: 1 }, "restarting"],
  [{ status: "testing", update, move, boots: 1 }, "health_check"],
  [{ status: "rolling-back", update, move, failure: broken, result: "rolled_back" }, "rolling_back"],
  [{ status: "making-do", update, move, failure: broken }, "restarting"],
])("while the device changes: %o", (engine, phase) => {
  const fetches: FetchState[] = [
    { status: "applying", update, release },
    { status: "idle", shows: "error" },
  ];
  for (const fetch of fetches) {
    const status = statusOf(
      view({ fetch: fetchRecord({ engine: fetch }), apply: applyRecord({ engine, last: anOutcome() }), progress }),
    );
    expect(status).toMatchObject({ state: "installing", phase, progress, update_id: update.id, error: null });
    expect(status.update).toMatchObject({ kind: update.kind, from: update.from, to: update.to });
  }
});

test.each([
  ["success", "complete"],
  ["rolled_back", "error"],
  ["cancelled", "idle"],
] as const)("an update that root's side ended as %s shows %s before anybody took note", (result, state) => {
  const fetch = fetchRecord({ engine: { status: "applying", update, release } });
  const status = statusOf(view({ fetch, apply: applyRecord({ last: anOutcome({ result, failure: broken }) }) }));
  expect(status).toMatchObject({ state, phase: null, progress: null, last_result: result });
});

test.each([
  ["newer", "1.1.0", "1.0.0", { has_update: true, direction: "up" }],
  ["older", "1.0.0", "1.1.0", { has_update: false, direction: "down" }],
  ["installed", "1.1.0", "1.1.0", { has_update: false, direction: null }],
])("a release that is %s", (_, latest, current, expected) => {
  const fetch = fetchRecord({ release: aRelease({ version: latest }), last_checked: AT });
  const status = statusOf(view({ fetch, current: { version: current, manifest_sha256: null } }));
  expect(status).toMatchObject({ ...expected, latest_version: latest, current_version: current, last_checked: AT });
});

test("the first release of all is an update", () => {
  expect(statusOf(view({ fetch: fetchRecord({ release }), current: null }))).toMatchObject({ has_update: true });
});

test("a release this device went back from isn't offered, a repaired one is", () => {
  const apply = applyRecord({ refused: [aRefusal(), aRefusal({ manifest_sha256: sha("b") })] });
  const refused = statusOf(view({ fetch: fetchRecord({ release }), apply }));
  expect(refused).toMatchObject({ has_update: false, direction: "up", refused_versions: ["1.1.0"] });
  const repaired = aRelease({ manifest_sha256: sha("c") });
  expect(statusOf(view({ fetch: fetchRecord({ release: repaired }), apply }))).toMatchObject({ has_update: true });
});

test("a failed check is told, and the newest release stays known", () => {
  const fetch = fetchRecord({
    engine: { status: "idle", shows: "error" },
    release,
    failure: offline,
    last_checked: AT,
  });
  const status = statusOf(view({ fetch, apply: applyRecord({ last: anOutcome() }) }));
  expect(status).toMatchObject({
    state: "error",
    error: offline.message,
    failure: offline,
    latest_version: "1.1.0",
    last_checked: AT,
    last_result: "success",
  });
});

test("a release that was rolled back stays told after a check that works, without a state of error", () => {
  const last = anOutcome({ result: "rolled_back", failure: broken });
  const status = statusOf(view({ fetch: fetchRecord({ release }), apply: applyRecord({ last }) }));
  expect(status).toMatchObject({ state: "idle", error: null, failure: broken, last_result: "rolled_back" });
});

test("a cancelled update is no failure", () => {
  const last = anOutcome({ result: "cancelled", failure: failure("cancelled", "The update was cancelled.") });
  expect(statusOf(view({ fetch: fetchRecord({ last }) }))).toMatchObject({ failure: null, last_result: "cancelled" });
});

test("tells what one can go back to", () => {
  const backup = { version: "0.9.0", path: "/opt/app/releases/0.9.0" };
  expect(statusOf(view({ backup }))).toMatchObject({
    backup_version: "0.9.0",
    can_roll_back: true,
    backup_path: "/opt/app/releases/0.9.0",
  });
});

test("tells what is new, and how long the last install took", () => {
  const news = aRelease({ title: "Spring", notes: "- a dial", notes_url: "https://example.org/", published_at: AT });
  const status = statusOf(view({ fetch: fetchRecord({ release: news }), apply: applyRecord({ last: anOutcome() }) }));
  expect(status.release).toEqual({
    version: "1.1.0",
    commit: null,
    title: "Spring",
    notes: "- a dial",
    notes_url: "https://example.org/",
    size_bytes: 1000,
    published_at: AT,
    seconds_expected: 300,
  });
});

test.each([
  ["a rollback", anOutcome({ kind: "rollback" })],
  ["a failed install", anOutcome({ result: "failed" })],
  ["nothing", null],
])("from %s one can't tell how long an install takes", (_, last) => {
  const status = statusOf(view({ fetch: fetchRecord({ release }), apply: applyRecord({ last }) }));
  expect(status.release?.seconds_expected).toBeNull();
});

test("of two ends the later update's counts; of one update that of root's side", () => {
  const early = anOutcome({ id: "mm7k2a0aa-aaaaaa" });
  const late = anOutcome({ id: "mm7k2b000-000000" });
  expect(lastOutcome({ last: late }, { last: early })).toBe(late);
  expect(lastOutcome({ last: early }, { last: late })).toBe(late);
  const given = anOutcome({ result: "failed" });
  expect(lastOutcome({ last: given }, { last: early })).toBe(early);
  expect(lastOutcome({ last: early }, { last: null })).toBe(early);
  expect(lastOutcome({ last: null }, { last: null })).toBeNull();
});
