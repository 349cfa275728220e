import type { Release, Status } from "@pawl/protocol";
import { AT } from "../update/update-fixture.ts";
import type { Notice } from "./notice.ts";

/** Made-up notices and what they come from; tests change the fields they are about. */
export function aNotice(fields: Partial<Notice> = {}): Notice {
  return {
    key: "available:1.1.0:",
    event: "available",
    at: AT,
    app: "kitchen",
    title: "Kitchen",
    text: "Kitchen 1.1.0 is available.",
    version: "1.1.0",
    from: "1.0.0",
    update_id: null,
    channel: "stable",
    result: null,
    failure: null,
    notes_url: null,
    ...fields,
  };
}

/** The status of an app that a release is there for, or none. */
export function statusWith(release: Release | null, fields: Partial<Status> = {}): Status {
  return {
    current_version: "1.0.0",
    latest_version: release?.version ?? null,
    has_update: release !== null,
    channel: "stable",
    last_checked: AT,
    state: "idle",
    error: null,
    phase: null,
    progress: null,
    failure: null,
    last_result: null,
    direction: release ? "up" : null,
    direction_reason: null,
    current_commit: null,
    skipped_version: null,
    refused_versions: [],
    backup_version: null,
    can_roll_back: false,
    backup_path: null,
    auto: { check: true, time: "04:20", install: false, window: null, next_run: null },
    release: release && { ...release, seconds_expected: null },
    update_id: null,
    update: null,
    ...fields,
  };
}
