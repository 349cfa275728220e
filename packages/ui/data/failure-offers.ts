import type { DeviceSchemas } from "./device.ts";
import type { Action } from "./update-actions.ts";
import type { Ended, Failure } from "./update-ended.ts";

export type FailureCode = DeviceSchemas["FailureCode"];

/** What is offered under a failure. The first is the obvious one. */
export type Offer =
  | { type: "try"; words: "try_again" | "try_now" | "install_again"; action: Action }
  | { type: "skip"; version: string }
  | { type: "report" };

/** These pass, or were seen to by the device itself; all others stay until a person does something. */
const PASSES: ReadonlySet<string> = new Set<FailureCode>([
  "offline",
  "host_error",
  "rate_limited",
  "busy",
  "cancelled",
  "release_moved",
  "up_to_date",
  "downgrade_refused",
  "no_backup",
  "restart_failed",
  "health_failed",
  "power_lost",
]);

/** Trying the same again brings the same, until its publisher has done something. */
const PUBLISHERS: ReadonlySet<string> = new Set<FailureCode>([
  "bad_manifest",
  "bad_version",
  "archive_refused",
  "too_large",
  "signature_missing",
  "signature_wrong",
]);

/** Whether nothing gets better before the owner does something: only then is it shown in red. Pure. */
export function needsOwner(code: string, result: Ended["result"] | null = null): boolean {
  // It doesn't work, and the device didn't get away from it.
  const isStuck = result === "failed" && (code === "restart_failed" || code === "health_failed");
  return isStuck || !PASSES.has(code);
}

/** What can be done about a check that failed. Pure. */
export function offersAfterCheck({ code, retry_at: until }: Pick<Failure, "code" | "retry_at">, now: number): Offer[] {
  const waits = code === "rate_limited" && until !== null && Date.parse(until) > now;
  return waits ? [] : [{ type: "try", words: "try_now", action: { type: "check" } }];
}

/** What can be done about an update that failed. `skipped`: what the owner doesn't want to be offered. Pure. */
export function offersAfter(
  { kind, to, failure }: Pick<Ended, "kind" | "to" | "failure">,
  skipped: string | null,
): Offer[] {
  const code = failure?.code ?? "internal";
  const words = code === "power_lost" && kind === "install" ? "install_again" : "try_again";
  const again: Offer[] = to === null ? [] : [{ type: "try", words, action: retry(kind, to, code) }];
  const report: Offer = { type: "report" };
  const isOfRelease = code === "health_failed" || code === "restart_failed" || code === "import_failed";
  const skip: Offer[] =
    kind === "install" && to !== null && to !== skipped && isOfRelease ? [{ type: "skip", version: to }] : [];
  return PUBLISHERS.has(code) ? [report, ...again] : [...again, ...skip, report];
}

/** By its name: one that this device went back from isn't installed in any other way. */
function retry(kind: Ended["kind"], to: string, code: string): Action {
  if (kind === "rollback") return { type: "rollback", version: to };
  // What was found isn't there any more: the newest is looked up anew.
  return code === "release_moved" ? { type: "check" } : { type: "install", version: to };
}
