import { describe, expect, test } from "vitest";
import { type EndedBuild, GRACE, isStray, LONGEST_OVERTIME, SETTLING, STRAY_AFTER, toEvict, whyGone } from "./plan.ts";

const NOW = new Date("2026-03-10T12:00:00Z");
const DAY = 86_400_000;
const ago = (ms: number) => new Date(NOW.getTime() - ms);

const done = (over: Partial<EndedBuild> = {}): EndedBuild => ({
  state: "done",
  finished_at: ago(3 * DAY),
  expires_at: ago(2 * DAY),
  used_at: null,
  evicted_at: null,
  ...over,
});

describe("of builds", () => {
  test.each<[string, EndedBuild, string | null]>([
    ["whose time is over go", done(), "expired"],
    ["whose time isn't over stay", done({ expires_at: ago(-1) }), null],
    ["whose time was over a moment ago stay: not every server knows it", done({ expires_at: ago(SETTLING - 1) }), null],
    ["that nobody has wanted for a while go", done({ expires_at: ago(SETTLING), used_at: ago(GRACE) }), "expired"],
    ["that somebody may be fetching stay", done({ expires_at: ago(SETTLING), used_at: ago(GRACE - 1) }), null],
    ["that were done a moment ago stay", done({ finished_at: ago(GRACE - 1), expires_at: ago(SETTLING) }), null],
    ["can't be kept for ever by using them", done({ expires_at: ago(LONGEST_OVERTIME), used_at: ago(1) }), "expired"],
    [
      "that are too much go by that name",
      done({ expires_at: ago(SETTLING), evicted_at: ago(SETTLING) }),
      "over_budget",
    ],
    [
      "that were too much, and are used again, stay",
      done({ expires_at: ago(SETTLING), evicted_at: ago(SETTLING), used_at: ago(1) }),
      null,
    ],
    ["that failed go once that is no answer any more", done({ state: "failed", expires_at: ago(GRACE) }), "failed"],
    ["that failed stay while it is one", done({ state: "failed", expires_at: ago(GRACE - 1) }), null],
    [
      "that nobody wants go when every worker knows it",
      done({ state: "withdrawn", expires_at: ago(GRACE) }),
      "withdrawn",
    ],
    ["that wait stay, whatever is written there", done({ state: "queued" }), null],
    ["that run stay", done({ state: "running" }), null],
    ["without an end stay", done({ expires_at: null }), null],
  ])("those %s", (_, build, reason) => {
    expect(whyGone(build, NOW)).toBe(reason);
  });
});

describe("of what is too much", () => {
  const kept = (id: string, days: number, over: object = {}) => ({
    id,
    bytes: 10,
    isSnapshot: false,
    usedAt: ago(days * DAY),
    ...over,
  });
  const evicted = (excess: number, ...builds: ReturnType<typeof kept>[]) =>
    toEvict(builds, excess, NOW).map(({ id }) => id);

  test("snapshots go first, then what nobody has wanted for longest, and no more than has to", () => {
    const builds = [kept("new", 1), kept("old", 9), kept("snapshot", 1, { isSnapshot: true }), kept("older", 10)];
    expect(evicted(0, ...builds)).toEqual([]);
    expect(evicted(10, ...builds)).toEqual(["snapshot"]);
    expect(evicted(11, ...builds)).toEqual(["snapshot", "older"]);
    expect(evicted(1000, ...builds)).toEqual(["snapshot", "older", "old", "new"]);
  });

  test("nothing goes that somebody has wanted within the hour, or that takes nothing", () => {
    const fresh = kept("fresh", 0, { usedAt: ago(GRACE - 1), isSnapshot: true });
    expect(evicted(1000, fresh, kept("empty", 9, { bytes: 0 }), kept("old", 9))).toEqual(["old"]);
  });
});

describe("of copies in the store", () => {
  const [own, other] = ["a".repeat(32), "b".repeat(32)];
  const copy = (name: string | null, age: number) => ({ copy: name, changedAt: ago(age) });
  const owner = (state: EndedBuild["state"], over: object = {}) => ({
    state,
    copy: own,
    bytes: 10,
    is_listed: true,
    ...over,
  });

  test.each([
    ["a build's own stays for ever", copy(own, 999 * DAY), owner("done"), false],
    ["one from before there were copies stays", copy(null, 999 * DAY), owner("done", { copy: null }), false],
    ["one of a build nothing is said of stays", copy(other, 999 * DAY), owner("done", { bytes: null }), false],
    ["one that somebody put too late goes", copy(other, GRACE), owner("done"), true],
    ["one that somebody has put a moment ago stays", copy(other, GRACE - 1), owner("done"), false],
    ["one of a build that came to nothing goes", copy(other, GRACE), owner("failed"), true],
    ["one of a build that runs stays while it may be being put", copy(other, STRAY_AFTER - 1), owner("running"), false],
    ["one that was left halfway goes some time", copy(other, STRAY_AFTER), owner("queued"), true],
    ["one of no build stays for a day: it may be the wrong database", copy(other, STRAY_AFTER - 1), undefined, false],
    ["one of no build goes after that", copy(other, STRAY_AFTER), undefined, true],
  ])("%s", (_, found, of, expected) => {
    expect(isStray(found, of, NOW)).toBe(expected);
  });
});
