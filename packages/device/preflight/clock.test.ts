import { expect, test } from "vitest";
import { assessClock } from "./clock.ts";

const PUBLISHED = "2026-03-10T12:00:00Z";

test.each([
  ["at the time of the publication", "2026-03-10T12:00:00Z", PUBLISHED],
  ["a year later", "2027-03-10T12:00:00Z", PUBLISHED],
  ["two days before it, for whose clock is right?", "2026-03-08T12:00:00Z", PUBLISHED],
  ["when nobody says when it was published", "2026-01-01T00:00:00Z", undefined],
])("a clock is good enough %s", (_, now, published_at) => {
  expect(assessClock(new Date(now), { version: "2.0.0", published_at })).toBeNull();
});

test.each([
  ["1970-01-01T00:12:00Z", undefined],
  ["1970-01-01T00:12:00Z", PUBLISHED],
  ["2025-12-31T23:59:59Z", undefined],
])("at %s a device doesn't know what time it is", (now, published_at) => {
  expect(assessClock(new Date(now), { version: "2.0.0", published_at })).toMatchObject({
    code: "clock_wrong",
    message: `This device believes it is ${now.slice(0, 10)} ${now.slice(11, 16)} UTC. Set its date and time (timedatectl shows them), then try again.`,
  });
});

test("§6 published_at: nothing was published in more than two days from now", () => {
  const wrong = assessClock(new Date("2026-03-08T11:59:59Z"), { version: "2.0.0", published_at: PUBLISHED });
  expect(wrong?.code).toBe("clock_wrong");
  expect(wrong?.message).toMatch(
    /^This device believes it is 2026-03-08 11:59 UTC, but 2.0.0 was published on 2026-03-10 12:00 UTC\. /,
  );
});
