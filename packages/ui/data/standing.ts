import type { AppStatus } from "./live-app.ts";

/**
 * How what the channel has stands to what is installed.
 * `update`: newer, and on offer. `skipped`, `refused`: newer, and not on offer, because the owner said so or because
 * this device went back from it. `older`: what the channel has is older. `current`: nothing to do. `none`: the channel
 * has nothing. `unknown`: it was never asked.
 */
export type Standing = "update" | "skipped" | "refused" | "older" | "current" | "none" | "unknown";

/** From then on an answer is too old to be believed without saying so, in milliseconds. */
const STALE_MS = 2 * 86_400_000;

/** Whether the last answer is too old, or there was none. Pure. */
export function isStale(checkedAt: string | null, now: number): boolean {
  return checkedAt === null || now - Date.parse(checkedAt) >= STALE_MS;
}

type Known = Pick<
  AppStatus,
  | "has_update"
  | "direction"
  | "latest_version"
  | "current_version"
  | "skipped_version"
  | "refused_versions"
  | "last_checked"
>;

export function standingOf(status: Known): Standing {
  const { direction, latest_version: latest, current_version: current } = status;
  if (status.has_update) return "update";
  if (latest === null) return status.last_checked === null ? "unknown" : "none";
  if (direction === "down") return "older";
  // Of one version there may be several commits: then the direction tells that it isn't the one in place.
  const isAnother = direction === "up" || latest !== current;
  if (isAnother && status.refused_versions.includes(latest)) return "refused";
  return isAnother && status.skipped_version === latest ? "skipped" : "current";
}
