import { type FetchState, failure, type Release } from "@pawl/protocol";
import { expect, test } from "vitest";
import { type FetchEvent, type Found, fetchTransition } from "./fetch-transition.ts";
import { AT, anOutcome, anUpdate, aRelease, fetchRecord, LATER, sha } from "./update-fixture.ts";

const update = anUpdate();
const next = anUpdate({ id: "mm7k2b000-bbbbbb", started_at: LATER });
const release = aRelease();
const offline = failure("offline", "The host can't be reached.");
const upToDate = failure("up_to_date", "Already up to date.");

const STATES = {
  idle: { status: "idle", shows: "complete" },
  checking: { status: "checking", since: AT, update: null, waiting: null },
  asking: { status: "checking", since: AT, update, waiting: null },
  downloading: { status: "downloading", update, release },
  verifying: { status: "verifying", update, release },
  waiting: { status: "waiting", update, release, until: LATER },
  applying: { status: "applying", update, release },
} satisfies Record<string, FetchState>;
type Name = keyof typeof STATES;

const checkingWhileWaiting: FetchState = { ...STATES.checking, since: LATER, waiting: STATES.waiting };

function found(newest: Release | null): Found {
  return { channel: "stable", newest, channels: ["stable", "prerelease"] };
}

const EVENTS = {
  "a check": { type: "check-asked", at: LATER, update: null },
  "an install that asks first": { type: "check-asked", at: LATER, update: next },
  "an answer": { type: "resolved", at: LATER, found: found(release), chosen: release },
  "an obstacle": { type: "resolved", at: LATER, found: found(release), chosen: upToDate },
  "an install": { type: "install-asked", update: next, release },
  "a download": { type: "downloaded", bytes: 7, release },
  "a good file": { type: "verified", until: null },
  "a good file outside the window": { type: "verified", until: LATER },
  "an open window": { type: "window-opened" },
  "a kept release": { type: "kept-asked", update: next },
  "an end": { type: "applied", outcome: anOutcome() },
  "the end of another": { type: "applied", outcome: anOutcome({ id: next.id }) },
  "a failure": { type: "failed", at: LATER, failure: offline },
  "a cancel": { type: "cancelled", at: LATER },
  "an interruption": { type: "interrupted" },
} satisfies Record<string, FetchEvent>;

/** Which state comes of which; a pair that isn't here changes nothing. */
const BECOMES: Record<keyof typeof EVENTS, Partial<Record<Name, FetchState>>> = {
  "a check": {
    idle: { status: "checking", since: LATER, update: null, waiting: null },
    waiting: checkingWhileWaiting,
  },
  "an install that asks first": {
    idle: { status: "checking", since: LATER, update: next, waiting: null },
    waiting: { status: "checking", since: LATER, update: next, waiting: null },
  },
  "an answer": { checking: { status: "idle", shows: "idle" }, asking: STATES.downloading },
  "an obstacle": { checking: { status: "idle", shows: "idle" }, asking: { status: "idle", shows: "error" } },
  "an install": {
    idle: { status: "downloading", update: next, release },
    waiting: { status: "downloading", update: next, release },
  },
  "a download": { downloading: { status: "verifying", update: { ...update, bytes_downloaded: 7 }, release } },
  "a good file": { verifying: STATES.applying },
  "a good file outside the window": { verifying: STATES.waiting },
  "an open window": { waiting: STATES.applying },
  "a kept release": {
    idle: { status: "applying", update: next, release: null },
    waiting: { status: "applying", update: next, release: null },
  },
  "an end": { applying: { status: "idle", shows: "complete" } },
  "the end of another": {},
  "a failure": {
    checking: { status: "idle", shows: "error" },
    asking: { status: "idle", shows: "error" },
    downloading: { status: "idle", shows: "error" },
    verifying: { status: "idle", shows: "error" },
    waiting: { status: "idle", shows: "error" },
    applying: { status: "idle", shows: "error" },
  },
  "a cancel": {
    asking: { status: "idle", shows: "idle" },
    downloading: { status: "idle", shows: "idle" },
    verifying: { status: "idle", shows: "idle" },
    waiting: { status: "idle", shows: "idle" },
  },
  "an interruption": {
    checking: { status: "idle", shows: "idle" },
    asking: { status: "checking", since: AT, update: { ...update, resumed: true }, waiting: null },
    downloading: { status: "downloading", update: { ...update, resumed: true }, release },
    verifying: { status: "verifying", update: { ...update, resumed: true }, release },
    applying: { status: "applying", update: { ...update, resumed: true }, release },
  },
};

const CASES = Object.keys(EVENTS).flatMap((event) =>
  Object.keys(STATES).map((state) => ({ event: event as keyof typeof EVENTS, state: state as Name })),
);

test.each(CASES)("$state, then $event", ({ state, event }) => {
  const record = fetchRecord({ engine: STATES[state] });
  const after = fetchTransition(record, EVENTS[event]);
  const expected = BECOMES[event][state];
  expect(after.engine).toEqual(expected ?? STATES[state]);
  if (!expected) expect(after).toEqual(record);
  expect(fetchTransition(record, EVENTS[event])).toEqual(after);
});

test("a check that works keeps what it saw and forgets why an earlier one failed", () => {
  const record = fetchRecord({ engine: STATES.checking, failure: offline, last_checked: AT });
  const event: FetchEvent = { type: "resolved", at: LATER, found: found(release), chosen: null };
  expect(fetchTransition(record, event)).toMatchObject({ release, last_checked: LATER, failure: null });
});

test("a check remembers which channel it was about, and which there are", () => {
  const event: FetchEvent = {
    type: "resolved",
    at: LATER,
    found: { channel: "beta", newest: null, channels: ["stable", "prerelease", "beta"] },
    chosen: null,
  };
  const after = fetchTransition(fetchRecord({ engine: STATES.checking, release }), event);
  expect(after).toMatchObject({ release: null, checked_channel: "beta", channels: ["stable", "prerelease", "beta"] });
});

test("a check that fails leaves the newest release and its time as they were", () => {
  const record = fetchRecord({ engine: STATES.checking, release, last_checked: AT });
  const after = fetchTransition(record, EVENTS["a failure"]);
  expect(after).toMatchObject({ release, last_checked: AT, failure: offline, last: null });
});

test("an install that can't reach the host fails, and so has the check", () => {
  const after = fetchTransition(fetchRecord({ engine: STATES.asking }), EVENTS["a failure"]);
  expect(after).toMatchObject({
    failure: { ...offline, version: "1.1.0", phase: "downloading" },
    last: { id: update.id, result: "failed" },
  });
  expect(after.last?.failure).toEqual({ ...offline, version: "1.1.0", phase: "downloading" });
});

test("an install that finds nothing to do has checked all the same", () => {
  const after = fetchTransition(fetchRecord({ engine: STATES.asking }), EVENTS["an obstacle"]);
  expect(after).toMatchObject({ release, last_checked: LATER, failure: null });
  expect(after.last).toMatchObject({ result: "failed", failure: upToDate, finished_at: LATER });
});

test("an install by name goes to that release, while the newest of the channel is remembered as such", () => {
  const newest = aRelease({ version: "2.0.0", manifest_sha256: sha("b") });
  const event: FetchEvent = { type: "resolved", at: LATER, found: found(newest), chosen: release };
  const engine: FetchState = { ...STATES.asking, update: anUpdate({ to: "v1.1.0", by_name: true }) };
  const after = fetchTransition(fetchRecord({ engine }), event);
  expect(after.release).toBe(newest);
  expect(after.engine).toMatchObject({ status: "downloading", release, update: { to: "1.1.0" } });
});

test("a failed download says nothing about the last check", () => {
  const after = fetchTransition(fetchRecord({ engine: STATES.downloading }), EVENTS["a failure"]);
  const told = { ...offline, version: "1.1.0", phase: "downloading" };
  expect(after).toMatchObject({ failure: null, last: { result: "failed", failure: told } });
});

test.each(["an install", "an install that asks first", "a kept release"] as const)(
  "%s takes the place of one that waits, which ends as cancelled",
  (event) => {
    const after = fetchTransition(fetchRecord({ engine: STATES.waiting, failure: offline }), EVENTS[event]);
    expect(after.last).toMatchObject({ id: update.id, result: "cancelled", finished_at: LATER });
    expect(after.failure).toBeNull();
  },
);

test.each(["an answer", "a failure", "an interruption"] as const)(
  "a check while an update waits: after %s it waits on",
  (event) => {
    const after = fetchTransition(fetchRecord({ engine: checkingWhileWaiting }), EVENTS[event]);
    expect(after.engine).toEqual(STATES.waiting);
    expect(after.last).toBeNull();
  },
);

test.each([
  ["success", "complete"],
  ["rolled_back", "error"],
  ["undone", "error"],
  ["failed", "error"],
  ["cancelled", "idle"],
] as const)("an update that root's side ended as %s shows %s", (result, shows) => {
  const event: FetchEvent = { type: "applied", outcome: anOutcome({ result }) };
  expect(fetchTransition(fetchRecord({ engine: STATES.applying }), event).engine).toEqual({ status: "idle", shows });
});

test("a cancelled update says that nothing was changed", () => {
  const after = fetchTransition(fetchRecord({ engine: STATES.downloading }), EVENTS["a cancel"]);
  expect(after.last).toMatchObject({
    result: "cancelled",
    failure: { code: "cancelled", version: "1.1.0", message: "The update was cancelled. Nothing was changed." },
  });
});

test("a release by name is installed although the newest can't be read, and what was known stays", () => {
  const event: FetchEvent = { type: "resolved", at: LATER, found: null, chosen: release };
  const engine: FetchState = { ...STATES.asking, update: anUpdate({ to: "1.1.0", by_name: true }) };
  const known = fetchRecord({ engine, release, last_checked: AT });
  expect(fetchTransition(known, event)).toMatchObject({ release, last_checked: AT, engine: { status: "downloading" } });
});
