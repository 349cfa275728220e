import { expect, test } from "vitest";
import { aNotice } from "./notice-fixture.ts";
import { afterRound, dueNow, EMPTY_OUTBOX, isNoted, type Outbox, unreached, withNoted, withReached } from "./outbox.ts";

const START = Date.parse("2026-03-01T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const after = (ms: number) => new Date(START + ms);

const first = aNotice({ key: "first" });
const second = aNotice({ key: "second", event: "failed" });
const phone = { id: "phone", on: ["available", "failed"] as const };
const log = { id: "log", on: ["failed"] as const };
const addressees = [phone, log];
const noted = withNoted(EMPTY_OUTBOX, [first, second], after(0));

function keysDue(outbox: Outbox, ms: number): string[] {
  return dueNow(outbox, after(ms)).map(({ notice }) => notice.key);
}

/** A round at this time in which nobody could be told. */
function failed(outbox: Outbox, ms: number, tried = ["first", "second"]) {
  return afterRound(outbox, { tried, addressees, now: after(ms) });
}

test("a notice is noted once, and due at once", () => {
  expect(withNoted(noted, [first], after(HOUR))).toEqual(noted);
  expect(isNoted(noted, "first")).toBe(true);
  expect(isNoted(noted, "third")).toBe(false);
  expect(keysDue(noted, 0)).toEqual(["first", "second"]);
});

test("everybody is told what they want to know, and no more", () => {
  const ids = noted.pending.map((one) => unreached(one, addressees).map(({ id }) => id));
  expect(ids).toEqual([["phone"], ["phone", "log"]]);
  const told = withReached(noted, "second", "log");
  expect(told.pending.map((one) => unreached(one, addressees).map(({ id }) => id))).toEqual([["phone"], ["phone"]]);
});

test("§4 notify: what everybody knows is remembered as told, and isn't noted again", () => {
  const { outbox } = failed(withReached(noted, "first", "phone"), 0);
  expect(outbox.told).toEqual(["first"]);
  expect(outbox.pending.map(({ notice }) => notice.key)).toEqual(["second"]);
  expect(withNoted(outbox, [first], after(HOUR))).toEqual(outbox);
});

test("what nobody wants to know any more is over", () => {
  const { outbox } = afterRound(noted, { tried: [], addressees: [log], now: after(0) });
  expect(outbox.told).toEqual(["first"]);
});

test("who comes to pawl.yaml meanwhile is told too", () => {
  const radio = { id: "radio", on: ["available"] as const };
  const { outbox } = afterRound(withReached(noted, "first", "phone"), {
    tried: ["first"],
    addressees: [...addressees, radio],
    now: after(0),
  });
  expect(outbox.pending[0] && unreached(outbox.pending[0], [...addressees, radio])).toEqual([radio]);
});

test("the pause after a failed round doubles from a minute to an hour", () => {
  const pauses: number[] = [];
  let outbox = noted;
  for (let now = START; pauses.length < 9; ) {
    outbox = afterRound(outbox, { tried: ["first"], addressees, now: new Date(now) }).outbox;
    const next = Date.parse(outbox.pending[0]?.next_try ?? "");
    expect(dueNow(outbox, new Date(next - 1)).map(({ notice }) => notice.key)).not.toContain("first");
    expect(dueNow(outbox, new Date(next)).map(({ notice }) => notice.key)).toContain("first");
    pauses.push((next - now) / MINUTE);
    now = next;
  }
  expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test("what wasn't tried stays due, and comes before what has failed", () => {
  const { outbox } = failed(noted, 0, ["first"]);
  expect(keysDue(outbox, 0)).toEqual(["second"]);
  expect(keysDue(outbox, MINUTE)).toEqual(["second", "first"]);
});

test("a clock that was set back doesn't put off a notice for years", () => {
  const { outbox } = failed(noted, 0);
  expect(keysDue(outbox, -365 * 24 * HOUR)).toEqual(["first", "second"]);
});

test("a notice is given up after a day of failures, and not a moment before", () => {
  let outbox = noted;
  for (const ms of [0, HOUR, 2 * HOUR, 24 * HOUR]) {
    const round = failed(outbox, ms);
    expect(round.givenUp).toEqual([]);
    outbox = round.outbox;
  }
  const last = failed(outbox, 24 * HOUR + 1);
  expect(last.givenUp).toEqual([first, second]);
  expect(last.outbox).toEqual({ pending: [], told: ["first", "second"] });
});

test("where a process begins only once a night, a notice is given up after the third", () => {
  const night = 25 * HOUR;
  const one = failed(noted, 0);
  const two = failed(one.outbox, night);
  expect(two.givenUp).toEqual([]);
  expect(failed(two.outbox, 2 * night).givenUp).toEqual([first, second]);
});

test("what wasn't tried isn't given up, however old", () => {
  expect(failed(failed(noted, 0).outbox, 100 * HOUR, []).givenUp).toEqual([]);
});

test("remembers the last 200 that were told", () => {
  const many = Array.from({ length: 250 }, (_, at) => aNotice({ key: `key ${at}` }));
  const { outbox } = afterRound(withNoted(EMPTY_OUTBOX, many, after(0)), { tried: [], addressees: [], now: after(0) });
  expect(outbox.told).toHaveLength(200);
  expect(outbox.told.at(-1)).toBe("key 249");
});
