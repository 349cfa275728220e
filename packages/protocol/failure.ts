import * as z from "zod";
import { Instant } from "./values.ts";

/** Every reason for which something did not work, as pages and programs see it (contract device-api.md §3). */
export const FAILURE_CODES = [
  "offline",
  "host_error",
  "rate_limited",
  "not_found",
  "bad_manifest",
  "bad_version",
  "downgrade_refused",
  "release_moved",
  "too_large",
  "disk_full",
  "not_writable",
  "requires_unmet",
  "clock_wrong",
  "signature_missing",
  "signature_wrong",
  "hash_mismatch",
  "archive_refused",
  "unpack_failed",
  "backup_failed",
  "switch_failed",
  "restart_failed",
  "health_failed",
  "power_lost",
  "busy",
  "cancelled",
  "config_invalid",
  "helper_missing",
  "pip_failed",
  "import_failed",
  "unauthorized",
  "forbidden",
  "state_damaged",
  "bad_request",
  "method_not_allowed",
  "payload_too_large",
  "up_to_date",
  "no_backup",
  "unknown_app",
  "internal",
] as const;

export const FailureCode = z.enum(FAILURE_CODES);
export type FailureCode = z.infer<typeof FailureCode>;

/** Why something failed: `code` and the numbers are for programs, `message` is for people. Fields that do not apply are null. */
export const Failure = z.object({
  code: FailureCode,
  message: z.string(),
  version: z.string().nullable(),
  /** The version the device stands on after it went back by itself. */
  back_on: z.string().nullable(),
  phase: z.string().nullable(),
  retry_at: Instant.nullable(),
  needed_bytes: z.number().nullable(),
  free_bytes: z.number().nullable(),
  path: z.string().nullable(),
  detail: z.string().nullable(),
});
export type Failure = z.infer<typeof Failure>;
