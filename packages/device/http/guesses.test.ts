import { TestClock } from "@pawl/testkit";
import { expect, test } from "vitest";
import { UpdateError } from "../error.ts";
import { Guesses } from "./guesses.ts";

/** How many of `count` tries are let through. */
function tries(guesses: Guesses, address: string, count: number): number {
  return Array.from({ length: count }).filter(() => {
    try {
      guesses.begin(address);
      return true;
    } catch (error) {
      if (error instanceof UpdateError && error.code === "rate_limited") return false;
      throw error;
    }
  }).length;
}

test("ten wrong tokens a minute, from each address", async () => {
  const clock = new TestClock();
  const guesses = new Guesses(clock);
  expect(tries(guesses, "10.0.0.1", 25)).toBe(10);
  expect(tries(guesses, "10.0.0.2", 1)).toBe(1);
  await clock.advance(59_999);
  expect(tries(guesses, "10.0.0.1", 1)).toBe(0);
  await clock.advance(1);
  expect(tries(guesses, "10.0.0.1", 25)).toBe(10);
});

test("says when to come back", async () => {
  const clock = new TestClock({ now: "2026-03-01T12:00:00Z" });
  const guesses = new Guesses(clock);
  tries(guesses, "10.0.0.1", 10);
  await clock.advance(20_000);
  expect(() => guesses.begin("10.0.0.1")).toThrow(
    expect.objectContaining({ code: "rate_limited", fields: { retry_at: "2026-03-01T12:01:00.000Z" } }),
  );
});

test("right ones don't count, those at the same moment do until they are known to be right", () => {
  const guesses = new Guesses(new TestClock());
  for (let n = 0; n < 100; n++) guesses.begin("10.0.0.1")();
  const begun = Array.from({ length: 10 }, () => guesses.begin("10.0.0.1"));
  expect(tries(guesses, "10.0.0.1", 1)).toBe(0);
  begun[0]?.();
  expect(tries(guesses, "10.0.0.1", 2)).toBe(1);
});

test("remembers a thousand addresses, those that try last", () => {
  const guesses = new Guesses(new TestClock());
  tries(guesses, "10.0.0.1", 10);
  tries(guesses, "10.0.0.2", 9);
  for (let n = 0; n < 998; n++) tries(guesses, `host ${n}`, 1);
  tries(guesses, "10.0.0.2", 1);
  tries(guesses, "one more", 1);
  expect(tries(guesses, "10.0.0.2", 1)).toBe(0);
  expect(tries(guesses, "10.0.0.1", 1)).toBe(1);
});
