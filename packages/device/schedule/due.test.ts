import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, test } from "vitest";
import { isUnknown, type Night, whatIsDue } from "./due.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const zoneBefore = process.env.TZ;
afterEach(() => {
  if (zoneBefore === undefined) delete process.env.TZ;
  else process.env.TZ = zoneBefore;
});

const at = (day: number, hours: number, minutes = 0) => new Date(2026, 5, day, hours, minutes);

function aNight(more: Partial<Night> = {}): Night {
  return { time: "04:20", window: null, isWaiting: false, lastRun: at(9, 4, 25), setUpAt: null, jitterMs: 0, ...more };
}

const isCheckDue = (more: Partial<Night>, now: Date) => whatIsDue(aNight(more), now).check;
const mayInstall = (more: Partial<Night>, now: Date) => whatIsDue(aNight({ isWaiting: true, ...more }), now).window;

describe("the daily check", () => {
  test.each<[string, Partial<Night>, Date, boolean]>([
    ["a minute before its time", {}, at(10, 4, 19), false],
    ["at its time", {}, at(10, 4, 20), true],
    ["hours after it: the device was off then", {}, at(10, 17), true],
    ["days after it", {}, at(14, 2), true],
    ["again, after it ran", { lastRun: at(10, 4, 20) }, at(10, 4, 21), false],
    ["the next day, when it ran late", { lastRun: at(10, 17) }, at(11, 4, 20), true],
    ["with a delay of its own, before that is over", { jitterMs: 30 * MINUTE }, at(10, 4, 49), false],
    ["with a delay of its own, when that is over", { jitterMs: 30 * MINUTE }, at(10, 4, 50), true],
    ["with a delay past midnight", { time: "23:50", jitterMs: HOUR, lastRun: at(9, 23, 55) }, at(11, 0, 50), true],
    ["with a delay, when a timer without one did it", { jitterMs: HOUR, lastRun: at(10, 4, 20) }, at(10, 5, 30), false],
    ["noted in the future: the clock was set back", { lastRun: at(20, 4, 20), setUpAt: at(1, 0) }, at(10, 12), true],
    ["never noted, before the first time after set-up", { lastRun: null, setUpAt: at(10, 5) }, at(11, 4, 19), false],
    ["never noted, at the first time after set-up", { lastRun: null, setUpAt: at(10, 5) }, at(11, 4, 20), true],
    ["never noted, and nobody knows when it was set up", { lastRun: null }, at(10, 4, 20), false],
    ["never noted, set up in the future", { lastRun: null, setUpAt: at(20, 5) }, at(10, 4, 20), false],
  ])("%s", (_, more, now, due) => {
    expect(isCheckDue(more, now)).toBe(due);
  });

  test("only a note that is missing, or in the future, says nothing", () => {
    expect(isUnknown(null, at(10, 4))).toBe(true);
    expect(isUnknown(at(10, 5), at(10, 4))).toBe(true);
    expect(isUnknown(at(10, 4), at(10, 4))).toBe(false);
  });
});

describe("an update that waits", () => {
  test.each<[string, Partial<Night>, Date, boolean]>([
    ["before its window", { window: "02:00-05:00" }, at(10, 1, 59), false],
    ["when its window opens", { window: "02:00-05:00" }, at(10, 2), true],
    ["after its window", { window: "02:00-05:00" }, at(10, 5), false],
    ["without a window", {}, at(10, 12), true],
    ["in a window that never closes", { window: "04:00-04:00", jitterMs: HOUR }, at(10, 4), true],
    ["after midnight, in a window across it", { window: "23:00-01:30" }, at(10, 0, 30), true],
    [
      "whose window has opened, but its delay isn't over",
      { window: "02:00-05:00", jitterMs: HOUR },
      at(10, 2, 59),
      false,
    ],
    ["whose window has opened, when its delay is over", { window: "02:00-05:00", jitterMs: HOUR }, at(10, 3), true],
    ["whose delay is longer than its window", { window: "02:00-03:00", jitterMs: 5 * HOUR }, at(10, 2, 30), true],
    ["whose delay ends after midnight", { window: "23:30-01:30", jitterMs: HOUR }, at(10, 0, 29), false],
  ])("%s", (_, more, now, due) => {
    expect(mayInstall(more, now)).toBe(due);
  });

  test("nothing begins when nothing waits", () => {
    expect(whatIsDue(aNight({ lastRun: at(10, 4, 20), window: "02:00-05:00" }), at(10, 4, 30))).toEqual({
      check: false,
      window: false,
    });
  });
});

/** Zones with every kind of change: by an hour, by half an hour, at midnight, none. */
const ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Kolkata", "UTC"];
const TIMES = ["00:00", "00:30", "01:59", "02:00", "02:30", "03:00", "04:20", "12:00", "23:59"];

/** Runs as a cron line would, every ten minutes, and gives when. */
function runs(time: string, jitterMs: number, from: Date, days: number, isAsleep = (_: Date) => false): Date[] {
  const ran: Date[] = [];
  let lastRun: Date | null = null;
  for (let now = from.getTime(); now < from.getTime() + days * DAY; now += 10 * MINUTE) {
    const moment = new Date(now);
    if (isAsleep(moment)) continue;
    if (whatIsDue(aNight({ time, lastRun, setUpAt: from, jitterMs }), moment).check) {
      ran.push(moment);
      lastRun = moment;
    }
  }
  return ran;
}

describe.each(ZONES)("in %s", (zone) => {
  test.each(TIMES)("%s comes once in each day of a year, also when the clocks change", (time) => {
    process.env.TZ = zone;
    const from = new Date(2026, 0, 1, 13, 5);
    const ran = runs(time, 0, from, 365);
    expect(ran).toHaveLength(365);
    const hours = ran.slice(1).map((moment, index) => (moment.getTime() - (ran[index]?.getTime() ?? 0)) / HOUR);
    expect(Math.min(...hours)).toBeGreaterThan(22);
    expect(Math.max(...hours)).toBeLessThan(26);
  });

  test("a delay of its own moves each day's check, and loses and doubles none", () => {
    process.env.TZ = zone;
    for (const [n, time] of ["00:30", "02:30", "23:59"].entries()) {
      const jitterMs = (n + 1) * 47 * MINUTE;
      const from = new Date(2026, 0, 1, 13, 5);
      const ran = runs(time, jitterMs, from, 365);
      const prompt = runs(time, 0, from, 365);
      expect(Math.abs(ran.length - prompt.length)).toBeLessThanOrEqual(1);
      for (const [index, moment] of ran.entries()) {
        const later = moment.getTime() - (prompt[index]?.getTime() ?? 0);
        // The other end of a night in which the clocks change, at most; and what cron's own ten minutes make of it.
        expect(later).toBeGreaterThanOrEqual(jitterMs - 10 * MINUTE);
        expect(later).toBeLessThanOrEqual(jitterMs + 10 * MINUTE);
      }
    }
  });

  test("a device that is off whenever its time comes has its check each day all the same", () => {
    process.env.TZ = zone;
    const isOff = (moment: Date) => moment.getHours() < 8;
    const ran = runs("04:20", 0, new Date(2026, 0, 1, 13, 5), 365, isOff);
    expect(ran).toHaveLength(365);
    expect(new Set(ran.map((moment) => moment.getHours()))).toEqual(new Set([8]));
  });

  test("whenever it woke up from however long a sleep, what it has missed is one check", () => {
    process.env.TZ = zone;
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    for (let n = 0; n < 2_000; n++) {
      const lastRun = new Date(Date.UTC(2026, 0, 1) + Math.floor(random() * 365 * DAY));
      const now = new Date(lastRun.getTime() + Math.floor(random() * 5 * DAY));
      const time = TIMES[n % TIMES.length] ?? "04:20";
      const isDue = isCheckDue({ time, lastRun }, now);
      const slept = now.getTime() - lastRun.getTime();
      if (slept >= 25 * HOUR) expect(isDue, `${time} ${lastRun.toISOString()} ${now.toISOString()}`).toBe(true);
      if (isDue) expect(isCheckDue({ time, lastRun: now }, now)).toBe(false);
      if (isDue) expect(isCheckDue({ time, lastRun }, new Date(now.getTime() + HOUR))).toBe(true);
    }
  });

  test.each(["02:00", "02:30", "04:20"])("whenever systemd's timer elapses for %s there is a check to make", (time) => {
    process.env.TZ = zone;
    for (const from of [
      "2026-03-06",
      "2026-03-27",
      "2026-04-03",
      "2026-09-04",
      "2026-10-02",
      "2026-10-23",
      "2026-10-30",
    ]) {
      const argv = ["calendar", `--base-time=${from} 13:00:00`, "--iterations=4", `*-*-* ${time}:00`];
      const said = execFileSync("systemd-analyze", argv, { env: { ...process.env, TZ: zone }, encoding: "utf8" });
      const elapses = [...said.matchAll(/\(in UTC\): \w+ (\S+) (\S+) UTC/g)].map(
        ([, day, hours]) => new Date(`${day}T${hours}Z`),
      );
      const inUtc = [...said.matchAll(/(?:Next elapse|Iter\. #\d+): \w+ (\S+) (\S+) UTC/g)].map(
        ([, day, hours]) => new Date(`${day}T${hours}Z`),
      );
      const moments = elapses.length > 0 ? elapses : inUtc;
      expect(moments).toHaveLength(4);
      let lastRun = new Date(`${from}T18:00:00Z`);
      for (const moment of moments) {
        if (moment <= lastRun) continue;
        expect(isCheckDue({ time, lastRun }, moment), `${from} ${moment.toISOString()}`).toBe(true);
        lastRun = moment;
      }
    }
  });
});
