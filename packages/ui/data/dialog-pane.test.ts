import { expect, test } from "vitest";
import { paneOf, tellsOfEnd } from "./dialog-pane.ts";
import { ApiFailure } from "./failure.ts";
import { aStatus } from "./status-fixture.ts";

const running = aStatus({ state: "installing", phase: "staging" });
const waiting = aStatus({ state: "installing", phase: "waiting" });
const failed = aStatus({ state: "error", last_result: "failed" });
const calm = { trouble: null };
const alone = { ended: null, wasLate: false };

test("what the dialog shows follows from what the device says", () => {
  expect(paneOf({ view: { status: null, ...calm }, ...alone })).toBe("asking");
  expect(paneOf({ view: { status: null, trouble: new ApiFailure("unauthorized", "") }, ...alone })).toBe("refused");
  expect(paneOf({ view: { status: aStatus(), ...calm }, ...alone })).toBe("overview");
  expect(paneOf({ view: { status: running, ...calm }, ...alone })).toBe("running");
  expect(paneOf({ view: { status: waiting, ...calm }, ...alone })).toBe("running");
});

test("an end stays until it is put aside, also when it was seen elsewhere or the next update waits; not when that runs", () => {
  const ended = { ended: failed, wasLate: false };
  expect(paneOf({ view: { status: aStatus(), ...calm }, ...ended })).toBe("ended");
  expect(paneOf({ view: { status: waiting, ...calm }, ...ended })).toBe("ended");
  expect(paneOf({ view: { status: running, ...calm }, ...ended })).toBe("running");
});

test("who was late is told so before the other update is shown", () => {
  expect(paneOf({ view: { status: running, ...calm }, ended: null, wasLate: true })).toBe("overview");
});

test("what the owner cancelled isn't an end worth a page, nor what went well before there was something newer, unless it was watched", () => {
  expect(tellsOfEnd(failed)).toBe(true);
  expect(tellsOfEnd(aStatus({ last_result: "cancelled" }))).toBe(false);
  expect(tellsOfEnd(aStatus({ last_result: "success" }))).toBe(true);
  expect(tellsOfEnd(aStatus({ last_result: "success", has_update: true }))).toBe(false);
  const wentBack = aStatus({ last_result: "success", has_update: true, update_id: "0mwqh5cxw-v2z6at" });
  expect(tellsOfEnd(wentBack, "0mwqh5cxw-v2z6at")).toBe(true);
  expect(tellsOfEnd(wentBack, "0mwqh5cxw-another")).toBe(false);
  expect(tellsOfEnd(aStatus({ last_result: "failed", has_update: true }))).toBe(true);
  expect(tellsOfEnd({ ...waiting, last_result: "rolled_back" })).toBe(true);
  expect(tellsOfEnd({ ...running, last_result: "rolled_back" })).toBe(false);
});
