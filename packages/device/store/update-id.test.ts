import { UpdateId } from "@pawl/protocol";
import { expect, test } from "vitest";
import { newUpdateId } from "./update-id.ts";

test.each(["1970-01-01T00:00:00Z", "2001-09-09T01:46:40Z", "2026-03-01T12:00:00Z", "2262-01-01T00:00:00Z"])(
  "an id of %s is one",
  (now) => {
    expect(UpdateId.safeParse(newUpdateId(new Date(now), null)).success).toBe(true);
  },
);

test("ids sort by time", () => {
  const times = ["1970-01-01", "1999-12-31", "2026-03-01", "2026-03-01T00:00:00.001Z", "2040-01-01", "2200-01-01"];
  const ids = times.map((time) => newUpdateId(new Date(time), null));
  expect([...ids].reverse().sort()).toEqual(ids);
});

test("an id sorts after the one before, even when the clock was set back since", () => {
  const last = newUpdateId(new Date("2026-03-01T12:00:00Z"), null);
  const next = newUpdateId(new Date("1970-01-01T00:01:00Z"), last);
  const third = newUpdateId(new Date("1970-01-01T00:02:00Z"), next);
  expect([third, next, last].sort()).toEqual([last, next, third]);
});

test("a thousand ids of one moment differ", () => {
  const now = new Date();
  expect(new Set(Array.from({ length: 1000 }, () => newUpdateId(now, null))).size).toBe(1000);
});
