import { FAILURE_CODES, failure } from "@pawl/protocol";
import { expect, test } from "vitest";
import { type FailureCode, needsOwner, offersAfter, offersAfterCheck } from "./failure-offers.ts";

const NOW = Date.parse("2026-11-22T12:00:00Z");

function offered(code: FailureCode, kind: "install" | "rollback" = "install", skipped: string | null = null): string[] {
  const offers = offersAfter({ kind, to: "2.4.0", failure: failure(code, "No.") }, skipped);
  return offers.map((offer) => (offer.type === "try" ? `${offer.words} ${offer.action.type}` : offer.type));
}

test.each<[FailureCode, string[]]>([
  ["disk_full", ["try_again install", "report"]],
  ["signature_wrong", ["report", "try_again install"]],
  ["hash_mismatch", ["try_again install", "report"]],
  ["health_failed", ["try_again install", "skip", "report"]],
  ["power_lost", ["install_again install", "report"]],
  ["release_moved", ["try_again check", "report"]],
])("after %s: %o", (code, expected) => {
  expect(offered(code)).toEqual(expected);
});

test("every failed update may be reported, and tried again", () => {
  for (const code of FAILURE_CODES) expect(offered(code)).toEqual(expect.arrayContaining(["report"]));
  for (const code of FAILURE_CODES) expect(offered(code, "rollback").join()).toContain("rollback");
});

test("what was skipped already isn't offered to be skipped", () => {
  expect(offered("health_failed", "install", "2.4.0")).not.toContain("skip");
});

test("an update of which nobody knows what it was to can only be reported", () => {
  expect(offersAfter({ kind: "install", to: null, failure: null }, null)).toEqual([{ type: "report" }]);
});

test("a source that said until when isn't asked before", () => {
  expect(offersAfterCheck({ code: "rate_limited", retry_at: "2026-11-22T12:20:00Z" }, NOW)).toEqual([]);
  expect(offersAfterCheck({ code: "rate_limited", retry_at: "2026-11-22T11:20:00Z" }, NOW)).toHaveLength(1);
  expect(offersAfterCheck({ code: "offline", retry_at: null }, NOW)).toHaveLength(1);
});

test("red is what the owner must see to", () => {
  expect(needsOwner("disk_full", "failed")).toBe(true);
  expect(needsOwner("signature_wrong", "failed")).toBe(true);
  expect(needsOwner("offline")).toBe(false);
  // The next check finds what is there now.
  expect(needsOwner("release_moved", "failed")).toBe(false);
  expect(needsOwner("rate_limited")).toBe(false);
  expect(needsOwner("health_failed", "rolled_back")).toBe(false);
  // There was nothing to go back to.
  expect(needsOwner("health_failed", "failed")).toBe(true);
});
