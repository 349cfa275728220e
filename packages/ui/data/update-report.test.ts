import { failure } from "@pawl/protocol";
import { expect, test } from "vitest";
import { updateReport } from "./update-report.ts";

const broken = failure("health_failed", "2.4.0 was started but doesn't work: it answered 502.", {
  version: "2.4.0",
  back_on: "2.3.1",
  phase: "health_check",
  detail: "it answered 502\nfor 60 s",
});
const FACTS = {
  name: "Kitchen dashboard",
  ended: {
    id: "0mwqh5cxw-v2z6at",
    result: "rolled_back",
    kind: "install",
    from: "2.3.1",
    to: "2.4.0",
    failure: broken,
    started_at: "2026-11-22T10:00:00.000Z",
    finished_at: "2026-11-22T10:01:30.000Z",
  },
  current: "2.3.1",
  channel: "stable",
  sentence: "Installing 2.4.0 failed.",
  lines: [],
  now: new Date("2026-11-22T10:05:00Z"),
} as const;

test("a report says what is asked for first: versions, code, sentence, times", () => {
  expect(updateReport(FACTS)).toBe(`App: Kitchen dashboard
Update: 2.3.1 → 2.4.0 (channel stable)
Result: rolled_back, health_failed
Now installed: 2.3.1
Step: health_check
Why: Installing 2.4.0 failed.
Said by the device: 2.4.0 was started but doesn't work: it answered 502.
Detail: it answered 502
  for 60 s
Began: 2026-11-22T10:00:00.000Z
Ended: 2026-11-22T10:01:30.000Z
Update id: 0mwqh5cxw-v2z6at
Copied: 2026-11-22T10:05:00.000Z
`);
});

test("of a branch it says which commits the two versions are", () => {
  const [from_commit, to_commit] = ["a".repeat(40), "b".repeat(40)];
  const ended = { ...FACTS.ended, from_commit, to_commit };
  expect(updateReport({ ...FACTS, ended })).toContain(`Update: 2.3.1 (${from_commit}) → 2.4.0 (${to_commit})`);
});

test("of a long log it has the last 40 lines", () => {
  const lines = Array.from({ length: 100 }, (_, at) => ({
    at: "2026-11-22T10:00:00Z",
    level: "info",
    line: `line ${at}`,
  }));
  const report = updateReport({ ...FACTS, lines });
  expect(report).toContain("Log (last 40 lines):\n2026-11-22T10:00:00Z info  line 60\n");
  expect(report.endsWith("line 99\n")).toBe(true);
  expect(report).not.toContain("line 59");
});
