import { expect, test } from "vitest";
import { Tickets } from "./tickets.ts";

test("ticket: a ticket is good once", () => {
  const tickets = new Tickets();
  const ticket = tickets.issue();
  expect(ticket).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(tickets.issue()).not.toBe(ticket);
  expect([tickets.redeem(ticket), tickets.redeem(ticket)]).toEqual([true, false]);
});

test("ticket: a ticket is good for less than a minute", () => {
  let now = 0;
  const tickets = new Tickets(() => now);
  const [early, late] = [tickets.issue(), tickets.issue()];
  now = 59_999;
  expect(tickets.redeem(early)).toBe(true);
  now = 60_000;
  expect(tickets.redeem(late)).toBe(false);
});

test.each(["", "x", "A".repeat(43), "__proto__"])("%j is no ticket", (ticket) => {
  const tickets = new Tickets();
  tickets.issue();
  expect(tickets.redeem(ticket)).toBe(false);
});

test("beyond a thousand the oldest goes, and those that are over make room first", () => {
  let now = 0;
  const tickets = new Tickets(() => now);
  const [first, second] = [tickets.issue(), tickets.issue()];
  for (let n = 0; n < 999; n++) tickets.issue();
  expect([tickets.redeem(first), tickets.redeem(second)]).toEqual([false, true]);
  now = 60_000;
  const fresh = tickets.issue();
  for (let n = 0; n < 999; n++) tickets.issue();
  expect(tickets.redeem(fresh)).toBe(true);
});
