import { expect, test } from "vitest";
import { backupTime } from "./last-backup.ts";

const install = (from: string | null, finished_at: string) => ({ kind: "install" as const, from, finished_at });
const goBack = (from: string, finished_at: string) => ({ kind: "rollback" as const, from, finished_at });

test("a backup is as old as the update that replaced it", () => {
  const updates = [install("1.1.0", "2026-03-03T00:00:00Z"), install("1.0.0", "2026-02-02T00:00:00Z")];
  expect(backupTime(updates, "1.0.0")).toBe("2026-02-02T00:00:00Z");
});

test("of a release that was replaced twice the last time counts", () => {
  const updates = [install("1.0.0", "2026-03-03T00:00:00Z"), install("1.0.0", "2026-02-02T00:00:00Z")];
  expect(backupTime(updates, "1.0.0")).toBe("2026-03-03T00:00:00Z");
});

test("going back makes no backup, and of what was replaced longer ago nobody knows when", () => {
  expect(
    backupTime([goBack("1.0.0", "2026-03-03T00:00:00Z"), install(null, "2026-02-02T00:00:00Z")], "1.0.0"),
  ).toBeNull();
});
