import { expect, test } from "vitest";
import { forgetToken, keepToken, keptToken, signInReason, tokenOfLink } from "./console-session.ts";

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

test("a token stays in the tab only, unless it is asked to last", () => {
  const keeps = { session: storage(), local: storage() };
  keepToken("pawl_a", false, keeps);
  expect(keptToken(keeps)).toBe("pawl_a");
  expect(keptToken({ ...keeps, session: storage() })).toBeNull();
  keepToken("pawl_b", true, keeps);
  expect(keptToken({ ...keeps, session: storage() })).toBe("pawl_b");
  keepToken("pawl_c", false, keeps);
  expect(keptToken({ ...keeps, session: storage() })).toBeNull();
});

test("signing out leaves nothing behind", () => {
  const keeps = { session: storage(), local: storage() };
  keepToken("pawl_a", true, keeps);
  forgetToken(keeps);
  expect(keptToken(keeps)).toBeNull();
});

test("a browser that keeps nothing is no error", () => {
  const full = {
    ...storage(),
    setItem: () => {
      throw new Error("QuotaExceededError");
    },
  };
  keepToken("pawl_a", true, { session: null, local: null });
  keepToken("pawl_a", true, { session: full, local: full });
  expect(keptToken({ session: null, local: null })).toBeNull();
});

test.each([
  [401, false, "signed-out"],
  [401, true, "unknown-token"],
  [403, true, "scope"],
  [404, true, null],
  [null, false, null],
] as const)("an answer of %s while signed in is %s leads to %s", (status, isSignedIn, reason) => {
  expect(signInReason(status, isSignedIn)).toBe(reason);
});

test.each([
  ["#token=pawl_Ab-9_z", "pawl_Ab-9_z"],
  ["#token=", null],
  ["#token=<script>", null],
  ["#files", null],
  ["", null],
])("a link with %s signs in with %s", (hash, token) => {
  expect(tokenOfLink(hash)).toBe(token);
});
