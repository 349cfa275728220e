import type { ServerSchemas } from "./server.ts";

type Build = ServerSchemas["Build"];

/** Why something can't be done; the words are in words/console.ts. */
export type BuildReason = "runs" | "waits-its-turn" | "done" | "dropped" | "signed-out";

/** Whether an operator may have it tried again at once: one that failed, or one that waits for its next try. */
export function canRetry(
  { state, waits_for }: Pick<Build, "state" | "waits_for">,
  isSignedIn: boolean,
): true | BuildReason {
  if (state === "running") return "runs";
  if (state === "done") return "done";
  if (state === "withdrawn") return "dropped";
  if (state === "queued" && waits_for === null) return "waits-its-turn";
  return isSignedIn || "signed-out";
}

/** Whether an operator may have it forgotten with its files. */
export function canDrop({ state }: Pick<Build, "state">, isSignedIn: boolean): true | BuildReason {
  if (state === "withdrawn") return "dropped";
  return isSignedIn || "signed-out";
}

/** How long it took, or has taken so far, in seconds; null: it hasn't begun. @param now in milliseconds since 1970 */
export function buildSeconds(
  { started_at, finished_at }: Pick<Build, "started_at" | "finished_at">,
  now: number,
): number | null {
  if (started_at === null) return null;
  return Math.max(0, ((finished_at === null ? now : Date.parse(finished_at)) - Date.parse(started_at)) / 1000);
}
