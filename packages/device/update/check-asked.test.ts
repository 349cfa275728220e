import { failure } from "@pawl/protocol";
import { expect, test } from "vitest";
import { EMPTY_APPLY } from "../store/empty-records.ts";
import { CHECK_BUSY, CHECK_UNDER_WAY, insteadOfCheck } from "./check-asked.ts";
import { anUpdate, aRelease, fetchRecord } from "./update-fixture.ts";

const now = new Date("2026-03-01T12:00:00Z");
const ago = (ms: number) => new Date(now.getTime() - ms).toISOString();
const checked = { checked_channel: "stable", last_checked: ago(1000) };
const limited = (inMs: number) => failure("rate_limited", "Too many questions.", { retry_at: ago(-inMs) });
const cached = { message: "Using cached result", cached: true };

const idle = { status: "idle", shows: "idle" } as const;
const update = anUpdate();
const waiting = { status: "waiting", update, release: aRelease(), until: ago(-60_000) } as const;
const checking = { status: "checking", since: ago(10), update: null, waiting: null } as const;

test.each([
  ["nothing is known", {}, null],
  ["an answer is a second old", checked, cached],
  ["an answer is ten minutes old", { ...checked, last_checked: ago(10 * 60_000) }, null],
  ["an answer is from the future", { ...checked, last_checked: ago(-1) }, null],
  ["an answer is of another channel", { ...checked, checked_channel: "beta" }, null],
  ["the last check failed", { ...checked, failure: failure("offline", "The host can't be reached.") }, null],
  ["the host's limit holds", { failure: limited(1) }, { message: "Too many questions.", cached: true }],
  ["the host's limit is over", { failure: limited(0) }, null],
  ["an update waits for its window", { engine: waiting }, null],
  ["a check is under way", { engine: checking }, CHECK_UNDER_WAY],
  ["a check is under way while an update waits", { engine: { ...checking, waiting } }, CHECK_UNDER_WAY],
  ["an install asks what is there", { engine: { ...checking, update } }, CHECK_BUSY],
] as const)("a check, when %s", (_, fields, expected) => {
  const before = { fetch: fetchRecord({ engine: idle, ...fields }), apply: EMPTY_APPLY, channel: "stable" };
  expect(insteadOfCheck(before, { force: false, now })).toEqual(expected);
});

test("a check by force begins in spite of a young answer and of a host's limit", () => {
  const fetch = fetchRecord({ engine: idle, ...checked, failure: limited(60_000) });
  expect(insteadOfCheck({ fetch, apply: EMPTY_APPLY, channel: "stable" }, { force: true, now })).toBeNull();
});
