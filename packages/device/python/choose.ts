import { versionings } from "@pawl/protocol/versioning";
import type { DistInfo, NoDistInfo } from "./dist-info.ts";

/** What a folder has that looks like the distribution. */
export type Candidate = { path: string } & (DistInfo | NoDistInfo | Pick<Remains, "why" | "detail">);

/** Something that doesn't count, and why. */
export interface Remains {
  path: string;
  /**
   * `older`: another one of the same name is newer. `leftover`: of a pip that was killed. `empty`: nothing in it.
   * `unreadable`: who asks isn't allowed to read it.
   */
  why: "older" | "damaged" | "leftover" | "empty" | "unreadable";
  detail: string;
}

/**
 * Which of several of one name counts: the newest that is whole, and of equal ones the dist-info. Null when none is.
 * All others are remains.
 */
export function choose(candidates: Candidate[]): { chosen: (DistInfo & { path: string }) | null; remains: Remains[] } {
  const whole = candidates.flatMap((candidate) => ("why" in candidate ? [] : [candidate])).sort(newestFirst);
  const [chosen = null, ...older] = whole;
  const remains = candidates.flatMap((candidate) => ("why" in candidate ? [candidate] : []));
  const outdone = older.flatMap(({ path, version }) =>
    // Debian has both forms of some.
    chosen && isTwin({ path, version }, chosen) ? [] : [{ path, why: "older" as const, detail: `It says ${version}.` }],
  );
  return { chosen, remains: [...outdone, ...remains] };
}

/** The same version's egg-info beside its dist-info. */
function isTwin(one: { path: string; version: string }, chosen: { path: string; version: string }): boolean {
  return one.version === chosen.version && one.path.endsWith(".egg-info") && chosen.path.endsWith(".dist-info");
}

function newestFirst(a: DistInfo & { path: string }, b: DistInfo & { path: string }): number {
  const order = versionings.pep440.compare(b.version, a.version) ?? (b.version > a.version ? 1 : -1);
  return order !== 0 ? order : a.path.endsWith(".dist-info") ? -1 : 1;
}
