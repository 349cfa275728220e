import {
  ApiState,
  FAILURE_CODES,
  Failure,
  failure,
  LogLevel,
  Outcome,
  PHASES,
  Status,
  UpdateKind,
  UpdateResult,
} from "@pawl/protocol";
import { expect, test } from "vitest";

// Contract §1 and §3: what pages and programs decide by. A name that changes here breaks somebody's page.

test("§3 failure codes: these and no others, in the contract's order", () => {
  const codes =
    "offline, host_error, rate_limited, not_found, bad_manifest, bad_version, downgrade_refused, release_moved, too_large, " +
    "disk_full, not_writable, requires_unmet, clock_wrong, signature_missing, signature_wrong, hash_mismatch, " +
    "archive_refused, unpack_failed, backup_failed, switch_failed, restart_failed, health_failed, power_lost, busy, " +
    "cancelled, config_invalid, helper_missing, pip_failed, import_failed, unauthorized, forbidden, state_damaged, " +
    "bad_request, method_not_allowed, payload_too_large, up_to_date, no_backup, unknown_app, internal";
  expect(FAILURE_CODES.join(", ")).toBe(codes);
});

test("§3 failure fields: all are there, and those that don't apply are null", () => {
  const fields = "code, message, version, back_on, phase, retry_at, needed_bytes, free_bytes, path, detail";
  const told = failure("offline", "The host can't be reached.");
  expect(Object.keys(Failure.parse(told)).join(", ")).toBe(fields);
  expect(Object.values(told).filter((value) => value === null)).toHaveLength(8);
});

test("§3 enums: history, results, log levels, states and phases", () => {
  expect(UpdateKind.options).toEqual(["install", "rollback", "adopt"]);
  expect(UpdateResult.options).toEqual(["success", "failed", "rolled_back", "undone", "cancelled"]);
  expect(Status.shape.last_result.unwrap()).toBe(UpdateResult);
  expect(LogLevel.options).toEqual(["info", "warn", "error"]);
  expect(ApiState.options).toEqual(["idle", "checking", "installing", "complete", "error"]);
  const phases = "downloading verifying waiting staging backing_up activating restarting health_check rolling_back";
  expect(PHASES.join(" ")).toBe(phases);
});

test("history: its fields are the contract's, whether it was resumed, and the commits of the two versions", () => {
  const fields =
    "id, kind, from, to, from_commit, to_commit, channel, started_at, finished_at, result, failure, bytes_downloaded, resumed";
  expect(Object.keys(Outcome.shape).join(", ")).toBe(fields);
});
