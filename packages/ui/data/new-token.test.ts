import { expect, test } from "vitest";
import { expiryOf, newTokenTrouble } from "./new-token.ts";

test.each([
  ["dashboard", ["stats:read"], null],
  ["my dashboard @home", ["admin"], null],
  ["", ["admin"], "name"],
  ["a/b", ["admin"], "name"],
  [".home", ["admin"], "name"],
  ["x".repeat(65), ["admin"], "name"],
  ["dashboard", [], "scopes"],
] as const)("of a token called %s with %j lacks %s", (name, scopes, trouble) => {
  expect(newTokenTrouble({ name, scopes: [...scopes] })).toBe(trouble);
});

test("a token ends after so many days, or never", () => {
  expect(expiryOf("7", Date.parse("2026-01-01T00:00:00Z"))).toBe("2026-01-08T00:00:00.000Z");
  expect(expiryOf("", 0)).toBeNull();
});
