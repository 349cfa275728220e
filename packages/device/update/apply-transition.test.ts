import { type ApplyRecord, type ApplyState, failure, type Move, type Order } from "@pawl/protocol";
import { expect, test } from "vitest";
import { type ApplyEvent, applyTransition } from "./apply-transition.ts";
import { AT, anUpdate, applyRecord, aRefusal, aRelease, LATER, sha } from "./update-fixture.ts";

const update = anUpdate();
const release = aRelease();
const move: Move = { previous: "1.0.0", next: "1.1.0", manifest_sha256: sha("a"), kept: false };
const broken = failure("health_failed", "1.1.0 doesn't work.");
const order: Order = { update, release };
const back = anUpdate({ kind: "rollback", from: "1.1.0", to: "1.0.0", by_name: true });
const wayBack: Move = { previous: "1.1.0", next: "1.0.0", manifest_sha256: null, kept: true };

const STATES = {
  idle: { status: "idle" },
  staging: { status: "staging", update, release },
  "backing-up": { status: "backing-up", update, move },
  switching: { status: "switching", update, move },
  restarting: { status: "restarting", update, move, boots: 1 },
  testing: { status: "testing", update, move, boots: 1 },
  "rolling-back": { status: "rolling-back", update, move, failure: broken, result: "rolled_back" },
  "making-do": { status: "making-do", update, move: { ...move, previous: null }, failure: broken },
} satisfies Record<string, ApplyState>;
type Name = keyof typeof STATES;

const EVENTS = {
  "an order": { type: "ordered", order, move: null },
  "an order to go back": { type: "ordered", order: { update: back, release: null }, move: wayBack },
  "an order that names nothing": { type: "ordered", order: { ...order, release: null }, move: null },
  "a staged release": { type: "staged", move },
  "a backup": { type: "backed-up" },
  "a switch": { type: "switched" },
  "a restart": { type: "restarted" },
  "a commit": { type: "committed", at: LATER },
  "a way back gone": { type: "gone-back", at: LATER, trouble: null },
  "a release made do with": { type: "made-do", at: LATER },
  "a failure": { type: "failed", at: LATER, failure: broken },
  "a cancel": { type: "cancelled", at: LATER },
} satisfies Record<string, ApplyEvent>;

/** Which state comes of which; a pair that isn't here changes nothing. */
const BECOMES: Record<keyof typeof EVENTS, Partial<Record<Name, ApplyState["status"]>>> = {
  "an order": { idle: "staging" },
  "an order to go back": { idle: "backing-up" },
  "an order that names nothing": {},
  "a staged release": { staging: "backing-up" },
  "a backup": { "backing-up": "switching" },
  "a switch": { switching: "restarting" },
  "a restart": { restarting: "testing" },
  "a commit": { testing: "idle" },
  "a way back gone": { "rolling-back": "idle" },
  "a release made do with": { "making-do": "idle" },
  "a failure": {
    staging: "idle",
    "backing-up": "idle",
    switching: "rolling-back",
    restarting: "rolling-back",
    testing: "rolling-back",
    "making-do": "idle",
  },
  "a cancel": { staging: "idle", "backing-up": "idle" },
};

const CASES = Object.keys(EVENTS).flatMap((event) =>
  Object.keys(STATES).map((state) => ({ event: event as keyof typeof EVENTS, state: state as Name })),
);

test.each(CASES)("$state, then $event", ({ state, event }) => {
  const record = applyRecord({ engine: STATES[state] });
  const after = applyTransition(record, EVENTS[event]);
  const expected = BECOMES[event][state];
  expect(after.engine.status).toBe(expected ?? state);
  if (!expected) expect(after).toEqual(record);
  expect(applyTransition(record, EVENTS[event])).toEqual(after);
});

const CUT: ApplyEvent = { type: "interrupted", at: LATER };

function afterPowerCut(engine: ApplyState): ApplyRecord {
  return applyTransition(applyRecord({ engine }), CUT);
}

const resumed = { ...update, resumed: true };

test("§2 staging: after a power cut in staging, staging is made again", () => {
  expect(afterPowerCut(STATES.staging).engine).toEqual({ ...STATES.staging, update: resumed });
});

test("§2 backing-up: after a power cut in backing-up, the backup is made again", () => {
  expect(afterPowerCut(STATES["backing-up"]).engine).toEqual({ ...STATES["backing-up"], update: resumed });
});

test("§2 switching: after a power cut in switching, without a record of the switch, it is undone and the release not refused", () => {
  const after = afterPowerCut(STATES.switching);
  expect(after).toMatchObject({
    engine: { status: "rolling-back", result: "undone", failure: { code: "power_lost", version: "1.1.0" } },
    refused: [],
  });
  const end = applyTransition(after, EVENTS["a way back gone"]);
  expect(end).toMatchObject({ last: { result: "undone", resumed: true, failure: { back_on: "1.0.0" } }, refused: [] });
  expect(end.last?.failure?.message).toContain("Everything is as it was before.");
});

test("§2 restarting: after a power cut in restarting, the services are restarted, then tested, and both count as one beginning", () => {
  const after = afterPowerCut(STATES.restarting);
  expect(after.engine).toEqual({ ...STATES.restarting, update: resumed, boots: 2 });
  expect(applyTransition(after, EVENTS["a restart"]).engine).toMatchObject({ status: "testing", boots: 2 });
});

test.each(["restarting", "testing"] as const)(
  "§6 refused, §3 power_lost: after a power cut in %s it is begun again, at most three times, then gone back from and refused",
  (state) => {
    let record = applyRecord({ engine: STATES[state] });
    for (const boots of [2, 3]) {
      record = applyTransition(record, CUT);
      expect(record).toMatchObject({ engine: { status: state, boots, update: { resumed: true } }, refused: [] });
    }
    record = applyTransition(record, CUT);
    expect(record).toMatchObject({
      engine: { status: "rolling-back", result: "rolled_back", failure: { code: "power_lost" } },
      refused: [{ version: "1.1.0", manifest_sha256: sha("a"), at: LATER }],
    });
  },
);

test("§2 testing: a test that ends well after two power cuts is a success that was resumed", () => {
  const record = afterPowerCut(afterPowerCut(STATES.testing).engine);
  expect(applyTransition(record, EVENTS["a commit"]).last).toMatchObject({ result: "success", resumed: true });
});

test("§2 rolling-back: after a power cut in rolling-back it goes on going back, for the same reason", () => {
  expect(afterPowerCut(STATES["rolling-back"]).engine).toEqual({ ...STATES["rolling-back"], update: resumed });
});

test("after a power cut while making do with a release, that is done again, and for the same reason", () => {
  const after = afterPowerCut(STATES["making-do"]);
  expect(after.engine).toEqual({ ...STATES["making-do"], update: resumed });
  const end = { engine: { status: "idle" }, last: { result: "failed", resumed: true, failure: broken } };
  for (const event of [EVENTS["a release made do with"], EVENTS["a failure"]]) {
    expect(applyTransition(after, event)).toMatchObject(end);
  }
});

test("after a power cut while nothing ran, nothing happens", () => {
  expect(afterPowerCut(STATES.idle)).toEqual(applyRecord());
});

test.each(["restarting", "testing"] as const)("a release that fails in %s is gone back from and refused", (state) => {
  const failed = applyTransition(applyRecord({ engine: STATES[state] }), EVENTS["a failure"]);
  expect(failed.refused).toEqual([aRefusal({ at: LATER, reason: broken.message })]);
  const end = applyTransition(failed, EVENTS["a way back gone"]);
  expect(end.last).toMatchObject({
    result: "rolled_back",
    failure: { code: "health_failed", version: "1.1.0", back_on: "1.0.0" },
  });
  expect(end.last?.failure?.message).toBe("1.1.0 doesn't work. Pawl went back to 1.0.0.");
});

test.each([
  ["staging", "staging"],
  ["backing-up", "backing_up"],
] as const)("a failure in %s ends the update, names the phase, and refuses nothing", (state, phase) => {
  const end = applyTransition(applyRecord({ engine: STATES[state] }), EVENTS["a failure"]);
  const told = { ...broken, version: "1.1.0", phase };
  expect(end).toMatchObject({ engine: { status: "idle" }, last: { result: "failed", failure: told }, refused: [] });
});

test("a release that fails twice is refused once, with the newer reason", () => {
  const refused = [aRefusal({ reason: "older" }), aRefusal({ manifest_sha256: sha("b") })];
  const end = applyTransition(applyRecord({ engine: STATES.testing, refused }), EVENTS["a failure"]);
  expect(end.refused).toHaveLength(2);
  expect(end.refused).toContainEqual(aRefusal({ at: LATER, reason: broken.message }));
});

test("a release that works in the end is refused no longer", () => {
  const other = aRefusal({ version: "0.9.0" });
  const record = applyRecord({ engine: STATES.testing, refused: [aRefusal(), other] });
  expect(applyTransition(record, EVENTS["a commit"])).toMatchObject({ last: { result: "success" }, refused: [other] });
});

test.each(["restarting", "testing"] as const)(
  "a release gone back to that fails in %s stays: nothing is switched again, nothing refused",
  (state) => {
    const engine: ApplyState = { ...STATES[state], update: back, move: wayBack };
    const failed = applyTransition(applyRecord({ engine }), EVENTS["a failure"]);
    expect(failed).toMatchObject({ engine: { status: "making-do" }, last: null });
    expect(applyTransition(failed, EVENTS["a release made do with"])).toMatchObject({
      engine: { status: "idle" },
      last: { kind: "rollback", result: "failed", failure: { code: "health_failed", back_on: "1.0.0" } },
      refused: [],
    });
  },
);

test("a release gone back to that loses power in its third test stays, too", () => {
  const cut = afterPowerCut({ ...STATES.testing, update: back, move: wayBack, boots: 3 });
  expect(cut).toMatchObject({ engine: { status: "making-do" }, last: null });
  expect(applyTransition(cut, EVENTS["a release made do with"])).toMatchObject({
    engine: { status: "idle" },
    last: { result: "failed", failure: { code: "power_lost", back_on: "1.0.0" } },
  });
});

test("a device's first release that fails stays, for there is no earlier one, and is refused", () => {
  const engine: ApplyState = {
    ...STATES.testing,
    update: { ...update, from: null },
    move: { ...move, previous: null },
  };
  const failed = applyTransition(applyRecord({ engine }), EVENTS["a failure"]);
  expect(applyTransition(failed, EVENTS["a release made do with"])).toMatchObject({
    engine: { status: "idle" },
    last: { result: "failed", failure: { code: "health_failed", back_on: null } },
    refused: [{ version: "1.1.0" }],
  });
});

test("an earlier release that doesn't work either: health_failed, and the device stands on it", () => {
  const trouble = failure("health_failed", "1.0.0 doesn't work.", { detail: "port 80 is closed" });
  const event: ApplyEvent = { type: "gone-back", at: LATER, trouble };
  expect(applyTransition(applyRecord({ engine: STATES["rolling-back"] }), event).last).toMatchObject({
    result: "failed",
    failure: {
      code: "health_failed",
      version: "1.1.0",
      back_on: "1.0.0",
      detail: "port 80 is closed\nIt went back because: 1.1.0 doesn't work.",
    },
  });
});

test("an earlier release that can't be put in place now stays the one to go back to", () => {
  const record = applyRecord({ engine: STATES["rolling-back"] });
  const event: ApplyEvent = { type: "failed", at: LATER, failure: failure("disk_full", "The disk is full.") };
  expect(applyTransition(record, event)).toBe(record);
});

test.each([
  ["rolled_back", "making-do"],
  ["undone", "idle"],
] as const)(
  "an earlier release that is gone, with the update to end as %s: nobody claims that the device went back",
  (result, becomes) => {
    const gone: ApplyEvent = {
      type: "failed",
      at: LATER,
      failure: failure("no_backup", "1.0.0 isn't there any more."),
    };
    const after = applyTransition(applyRecord({ engine: { ...STATES["rolling-back"], result } }), gone);
    expect(after.engine.status).toBe(becomes);
    expect(applyTransition(after, EVENTS["a release made do with"]).last).toMatchObject({
      result: "failed",
      failure: {
        code: "no_backup",
        back_on: null,
        message: "1.0.0 isn't there any more. The device could not go back to 1.0.0.",
      },
    });
  },
);

test.each(["staging", "backing-up"] as const)("a cancel in %s changes nothing and refuses nothing", (state) => {
  const end = applyTransition(applyRecord({ engine: STATES[state] }), EVENTS["a cancel"]);
  expect(end.last).toMatchObject({ result: "cancelled", started_at: AT, finished_at: LATER });
  expect(end.refused).toEqual([]);
});
