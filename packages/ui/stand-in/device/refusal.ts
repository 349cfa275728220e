import { statusCodeOf } from "@pawl/device/status-code";
import type { FailureCode } from "@pawl/protocol";
import type { DeviceSchemas } from "../../data/device.ts";
import { Refusal, Reply } from "../calls.ts";

/** What a device says when it doesn't do what it was asked, with the status that it says it with. */
export function errorReply(code: FailureCode, error: string, status: number = statusCodeOf(code)): Reply {
  const body: DeviceSchemas["ErrorAnswer"] = { success: false, error, code };
  return new Reply(status, body, headersOf(code));
}

export function refuse(code: FailureCode, error: string, status?: number): Refusal {
  return new Refusal(errorReply(code, error, status));
}

function headersOf(code: FailureCode): Record<string, string> {
  if (code === "unauthorized") return { "www-authenticate": 'Bearer realm="pawl"' };
  return code === "rate_limited" ? { "retry-after": "60" } : {};
}
