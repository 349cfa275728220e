import { FAILURE_CODES } from "@pawl/protocol";
import { expect, test } from "vitest";
import { mustAct, nextStep, type Trouble } from "./next-step.ts";
import { localTime } from "./times.ts";

const now = new Date("2026-05-01T12:00:00Z");
const soon = "2026-05-01T14:20:00Z";
const at = `at ${localTime(soon).slice(-5)}`;
const none = { now, nextRun: null };

test.each<[Trouble, string]>([
  [{ code: "offline" }, "Everything keeps working. `pawl check --force` tries again."],
  [{ code: "host_error", retry_at: soon }, `Pawl tries again ${at}; \`pawl check --force\` tries now.`],
  [{ code: "rate_limited", retry_at: soon }, `Next check ${at}.`],
  [{ code: "rate_limited" }, "Try again in an hour."],
  [{ code: "not_found" }, "`pawl changelog` and `pawl channel` show what the source has."],
  [{ code: "bad_manifest" }, "Nothing was changed. Tell the publisher"],
  [{ code: "bad_version" }, "Tell the publisher"],
  [{ code: "too_large" }, "Tell the publisher"],
  [{ code: "archive_refused" }, "Tell the publisher"],
  [{ code: "release_moved" }, "`pawl install` takes what is there now."],
  [{ code: "disk_full", needed_bytes: 120e6, free_bytes: 82e6, path: "/var" }, "Free 38.0 MB on /var: `du -xh /var"],
  [{ code: "disk_full" }, "Make room on the disk: `du -xh /"],
  [{ code: "not_writable", path: "/opt/x" }, "See to it that /opt/x can be written; then `pawl install` tries again."],
  [{ code: "not_writable" }, "`pawl log` shows where."],
  [
    { code: "requires_unmet", version: "2.0.0" },
    "When this device has what is missing, `pawl install 2.0.0` tries again.",
  ],
  [{ code: "clock_wrong" }, "Set this device's date and time"],
  [{ code: "signature_missing" }, "Nothing was changed. Ask the publisher for a release signed with a key"],
  [{ code: "signature_wrong" }, "Ask the publisher"],
  [{ code: "hash_mismatch" }, "tell the publisher"],
  [{ code: "unpack_failed" }, "`pawl log` shows what happened; `pawl install` tries again."],
  [{ code: "backup_failed" }, "`pawl log`"],
  [{ code: "switch_failed" }, "`pawl log`"],
  [{ code: "pip_failed" }, "`pawl log`"],
  [{ code: "import_failed" }, "`pawl log`"],
  [{ code: "restart_failed" }, "`pawl log` shows what happened"],
  [
    { code: "health_failed", version: "2.4.0", back_on: "2.3.1" },
    "2.4.0 isn't offered again. `pawl log` shows what happened; `pawl install 2.4.0` tries again.",
  ],
  [{ code: "power_lost", version: "2.4.0" }, "`pawl install 2.4.0` tries again."],
  [{ code: "busy" }, "`pawl status` shows how it is doing."],
  [{ code: "helper_missing" }, "`sudo pawl doctor` what is wrong; then `pawl install` tries again."],
  [
    {
      code: "helper_missing",
      detail: "Job failed.\nWhat it said itself: journalctl -u 'pawl-apply@install:kitchen:0abcdefgh-123456.service'",
    },
    "`sudo journalctl -u 'pawl-apply@install:kitchen:0abcdefgh-123456.service'` shows why",
  ],
  [{ code: "unauthorized" }, "Put a token into PAWL_TOKEN"],
  [{ code: "forbidden" }, "Put a token into PAWL_TOKEN"],
  [{ code: "method_not_allowed" }, "restart it"],
  [{ code: "payload_too_large" }, "restart it"],
  [{ code: "internal" }, "Please report it"],
])("what to do about %j", (trouble, words) => {
  expect(nextStep(trouble, none)).toContain(words);
});

test.each([
  "cancelled",
  "config_invalid",
  "state_damaged",
  "bad_request",
  "downgrade_refused",
  "up_to_date",
  "no_backup",
  "unknown_app",
] as const)("%s says itself what to do", (code) => {
  expect(nextStep({ code }, none)).toBeNull();
});

test("a release that failed for a reason of its own isn't waited for; a check that did comes again", () => {
  const left = /Pawl doesn't try this one again by itself\.$/;
  const failed = { version: "2.0.0", phase: "staging" };
  expect(nextStep({ code: "pip_failed", ...failed }, none)).toMatch(left);
  expect(nextStep({ code: "archive_refused", ...failed }, none)).toMatch(left);
  expect(nextStep({ code: "bad_version", phase: null }, none)).not.toMatch(left);
  expect(nextStep({ code: "unpack_failed", ...failed }, none)).not.toMatch(left);
});

test("no code that an owner may meet breaks it", () => {
  for (const code of FAILURE_CODES) expect(() => nextStep({ code }, none)).not.toThrow();
});

test("an offline device says when it tries again by itself", () => {
  expect(nextStep({ code: "offline" }, { now, nextRun: soon })).toContain(`Pawl tries again ${at}`);
  expect(nextStep({ code: "offline" }, { now, nextRun: "2026-05-09T14:20:00Z" })).toContain("on 2026-05-0");
});

test("names the app that was named", () => {
  expect(nextStep({ code: "busy" }, { ...none, app: "attic" })).toContain("`pawl status --app attic`");
});

test("is red only where nothing gets better by itself", () => {
  expect(FAILURE_CODES.filter(mustAct)).toEqual(
    expect.arrayContaining(["disk_full", "signature_wrong", "clock_wrong", "config_invalid"]),
  );
  for (const code of ["offline", "rate_limited", "busy", "health_failed"] as const) expect(mustAct(code)).toBe(false);
});
