import type { BuildRecord } from "./records.ts";
import { isLive, isValid } from "./records.ts";

export type Recall = "hit" | "join" | "new";

/**
 * What becomes of a request whose key had a build before: contract server.md §2 and §3. Pure.
 * @param newest the newest under the key, except those that were withdrawn
 * @param catalogDigest of its target as it is now
 */
export function recall(
  newest: BuildRecord | null,
  { catalogDigest, now }: { catalogDigest: string; now: Date },
): Recall {
  if (newest === null) return "new";
  const { build } = newest;
  if (isLive(build)) return "join";
  if (!isValid(build, now)) return "new";
  if (build.state === "done") return "hit";
  // A failure that nobody can help is one until something has changed.
  if (build.failure === null || build.failure.isPassing) return "new";
  return newest.catalogDigest === catalogDigest ? "hit" : "new";
}
