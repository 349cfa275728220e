import { expect, test } from "vitest";
import { assessTime, lookAtTimeKeeping } from "./clock.ts";
import { ended, inShort, PATIENT, programs } from "./doctor-fixture.ts";

const now = new Date("2026-05-01T12:00:00Z");

test("a clock that nothing speaks against is believed", () => {
  const past = [{ what: "an update of kitchen ended", at: new Date("2026-05-01T12:05:00Z") }];
  expect(inShort(assessTime(now, past))).toEqual(["ok: The clock says 2026-05-01 12:00 UTC"]);
});

test("a device without a battery begins in 1970: that is a trouble", () => {
  const [finding] = assessTime(new Date(0), []);
  expect(finding).toMatchObject({ ok: "trouble", fix: expect.stringContaining("timedatectl set-ntp true") });
});

test("what has happened already lies in the past, or the clock was set back", () => {
  const past = [
    { what: "the source of kitchen was asked", at: new Date("2026-05-02T00:00:00Z") },
    { what: "an update of kitchen ended", at: new Date("2026-06-01T08:00:00Z") },
  ];
  expect(inShort(assessTime(now, past))).toEqual([
    "warning: The clock says 2026-05-01 12:00 UTC, but an update of kitchen ended on 2026-06-01 08:00 UTC",
  ]);
});

test.each([
  ["NTP=yes\nNTPSynchronized=yes\n", ["ok: The clock is kept right over the network"]],
  ["NTP=yes\nNTPSynchronized=no\n", ["warning: The clock has not been set over the network yet"]],
  ["NTP=no\nNTPSynchronized=no\n", ["warning: Nothing keeps the clock right over the network"]],
])("systemd says %j of it", async (stdout, expected) => {
  expect(inShort(await lookAtTimeKeeping(programs({ "timedatectl show": ended(stdout) }), PATIENT))).toEqual(expected);
});

test("says nothing of what can't be seen", async () => {
  expect(await lookAtTimeKeeping(programs({}), PATIENT)).toEqual([]);
});
