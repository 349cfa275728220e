import type { AppStatus } from "./live-app.ts";

/** For tests: an app that is up to date, and what is different about it. */
export function aStatus(more: Partial<AppStatus> = {}): AppStatus {
  return {
    success: true,
    current_version: "2.3.1",
    latest_version: "2.3.1",
    has_update: false,
    channel: "stable",
    last_checked: "2026-11-22T10:00:00Z",
    state: "idle",
    phase: null,
    progress: null,
    error: null,
    failure: null,
    last_result: null,
    direction: null,
    direction_reason: null,
    current_commit: null,
    skipped_version: null,
    refused_versions: [],
    backup_version: "2.2.5",
    can_roll_back: true,
    backup_path: "/opt/kitchen/releases/2.2.5",
    auto: { check: true, time: "04:20", install: false, window: null, next_run: "2026-11-23T04:20:00Z" },
    release: {
      version: "2.3.1",
      commit: null,
      title: null,
      notes: null,
      notes_url: null,
      size_bytes: 14_200_000,
      published_at: null,
      seconds_expected: null,
    },
    update_id: null,
    update: null,
    ...more,
  };
}
