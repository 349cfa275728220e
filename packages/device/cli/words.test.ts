import type { Outcome } from "@pawl/protocol";
import { expect, test } from "vitest";
import { inCliWords } from "./api-words.ts";
import { isWayBack, olderBy } from "./older.ts";
import { historyWords, lastLineWords, outcomeWords } from "./words.ts";

const isOlder = olderBy({ versioning: "semver" });

function outcomeOf(more: Partial<Outcome> = {}): Outcome {
  return {
    id: "0abcdefgh-123456",
    kind: "install",
    from: "1.1.0",
    to: "1.2.0",
    channel: "stable",
    started_at: "2026-05-01T12:00:00Z",
    finished_at: "2026-05-01T12:01:00Z",
    result: "success",
    failure: null,
    bytes_downloaded: 0,
    resumed: false,
    ...more,
  };
}

test.each([
  ["an upgrade", outcomeOf(), "Now on 1.2.0.", "✓ Upgraded to 1.2.0 on channel 'stable'"],
  ["a first install", outcomeOf({ from: null }), "Now on 1.2.0.", "✓ Upgraded to 1.2.0 on channel 'stable'"],
  ["an older version", outcomeOf({ to: "1.0.0" }), "Back on 1.0.0.", "✓ Went back to 1.0.0 on channel 'stable'"],
  [
    "a rollback",
    outcomeOf({ kind: "rollback", to: "1.0.0" }),
    "Back on 1.0.0.",
    "✓ Went back to 1.0.0 on channel 'stable'",
  ],
])("the end of %s", (_, outcome, sentence, lastLine) => {
  const wentBack = isWayBack(outcome, isOlder);
  expect(outcomeWords(outcome, wentBack)).toBe(sentence);
  // The log calls every install an upgrade, and knows a rollback.
  const logged = outcome.kind === "rollback" ? lastLine : `✓ Upgraded to ${outcome.to} on channel 'stable'`;
  expect(lastLineWords(logged, outcome, wentBack)).toBe(lastLine);
});

test.each([
  [
    'Already up to date (1.0.0). Pass {"force": true} to install it again.',
    "Already up to date (1.0.0). Add --force to install it again.",
  ],
  [
    'Name the version, or pass {"force": true}, to go back to it.',
    "Name the version, or add --force, to go back to it.",
  ],
  ['{"force": true} skips it', "--force skips it"],
  ["Nothing to say.", "Nothing to say."],
])("the API's %j is an option on a command line", (sentence, words) => {
  expect(inCliWords(sentence)).toBe(words);
});

test("the history tells going back and taking over from installing", () => {
  const text = historyWords([
    outcomeOf({ kind: "rollback", from: "1.2.0", to: "1.1.0" }),
    outcomeOf({ kind: "adopt", from: null, to: "1.0.0" }),
    outcomeOf({ resumed: true }),
  ]);
  expect(text.split("\n").map((line) => line.slice("2026-05-01 12:01  ".length))).toEqual([
    "1.2.0 → 1.1.0 (back)  done",
    "– → 1.0.0 (taken over)  done",
    "1.1.0 → 1.2.0  done, resumed",
    "",
  ]);
  expect(historyWords([])).toBe("No update yet.\n");
});

test("of one version there may be several commits, and history tells them apart", () => {
  const commits = { from_commit: "a".repeat(40), to_commit: "b".repeat(40) };
  expect(historyWords([outcomeOf({ from: "1.2.0", to: "1.2.0", ...commits })])).toContain(
    "1.2.0 (aaaaaaa) → 1.2.0 (bbbbbbb)",
  );
});
