import type { AppConfig, Outcome } from "@pawl/protocol";
import { versionings } from "@pawl/protocol/versioning";

/** Whether a version is older than another, by the order that an app's versions have; false when that can't be said. */
export function olderBy({ versioning }: Pick<AppConfig, "versioning">): (version: string, than: string) => boolean {
  return (version, than) => (versionings[versioning].compare(version, than) ?? 0) < 0;
}

/** Whether an update led to an earlier release: by a rollback, or by installing an older version. */
export function isWayBack(
  { kind, from, to }: Pick<Outcome, "kind" | "from" | "to">,
  isOlder: (version: string, than: string) => boolean,
): boolean {
  return kind === "rollback" || (from !== null && to !== null && isOlder(to, from));
}
