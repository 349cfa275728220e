import { failure } from "@pawl/protocol";
import { expect, test } from "vitest";
import { checkTrouble } from "./check-trouble.ts";

test("what a check failed with is its trouble", () => {
  const offline = failure("offline", "The update server can't be reached.");
  expect(checkTrouble({ state: "error", failure: offline })).toMatchObject({ code: "offline" });
});

test("what an update failed with is none of a check's", () => {
  const refused = failure("requires_unmet", "1.5.0 needs more memory.", { phase: "downloading" });
  expect(checkTrouble({ state: "error", failure: refused })).toBeNull();
});
