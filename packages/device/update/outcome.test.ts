import { failure } from "@pawl/protocol";
import { expect, test } from "vitest";
import { endState, outcomeOf } from "./outcome.ts";
import { anUpdate, LATER } from "./update-fixture.ts";

test("tells of an update what the history keeps, and nothing else", () => {
  const reason = failure("offline", "The host can't be reached.");
  const update = anUpdate({ resumed: true, bytes_downloaded: 12, unattended: true });
  expect(outcomeOf(update, "failed", reason, LATER)).toEqual({
    id: update.id,
    kind: "install",
    from: "1.0.0",
    to: "1.1.0",
    channel: "stable",
    started_at: update.started_at,
    finished_at: LATER,
    result: "failed",
    failure: reason,
    bytes_downloaded: 12,
    resumed: true,
  });
});

test.each([
  ["success", "complete"],
  ["failed", "error"],
  ["rolled_back", "error"],
  ["undone", "error"],
  ["cancelled", "idle"],
] as const)("an update that ended as %s leaves the page at %s", (result, state) => {
  expect(endState({ result })).toBe(state);
});
