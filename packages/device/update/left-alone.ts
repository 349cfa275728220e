import type { FailureCode, Outcome, Refusal, Release } from "@pawl/protocol";
import { type Identity, isSameRelease } from "./identity.ts";

/** How many are remembered: a branch may have a commit a day that fails, and only the newest is ever offered. */
const MOST = 20;

/**
 * Reasons that lie in the release itself, whose identity fixes every byte of it: trying the very same one again ends the
 * same, whatever the network, the host, the disk and the device are like by then.
 */
const OF_THE_RELEASE: ReadonlySet<FailureCode> = new Set([
  "bad_manifest",
  "bad_version",
  "archive_refused",
  "pip_failed",
  "import_failed",
]);

/** Whether a release that failed with this code would fail again. */
export function isOfTheRelease(code: FailureCode): boolean {
  return OF_THE_RELEASE.has(code);
}

/**
 * The release's failure, where exactly this one has failed for a reason of its own: nobody but its owner tries it again.
 * Where it isn't certain that it is the same, it may be a repaired one.
 */
export function failureBefore(target: Identity, leftAlone: readonly Refusal[]): Refusal | null {
  return leftAlone.find((one) => isSameRelease(one, target) === true) ?? null;
}

/** What is left alone once an update to a release has ended. Pure. */
export function leftAloneAfter(
  leftAlone: readonly Refusal[],
  { version, manifest_sha256, commit }: Pick<Release, "version" | "manifest_sha256" | "commit">,
  { result, failure, finished_at: at }: Pick<Outcome, "result" | "failure" | "finished_at">,
): Refusal[] {
  const others = leftAlone.filter((one) => isSameRelease(one, { version, manifest_sha256, commit }) !== true);
  if (result === "success") return others;
  if (failure === null || !isOfTheRelease(failure.code)) return [...leftAlone];
  // Without either it could not be told from a repaired one.
  if (commit === null && manifest_sha256 === null) return [...leftAlone];
  const refusal = { version, manifest_sha256, ...(commit && { commit }), at, reason: failure.message };
  return [...others, refusal].slice(-MOST);
}
