import type { Tree } from "../tree.ts";
import { ANNOUNCED } from "../world/releases.ts";

/** What `.versions.json` says. */
export interface Announced {
  stable: string;
  oldstable: string;
  /** Empty when no release candidate is out. */
  upcoming: string;
  /** Newest first, candidates before the release they were for. */
  list: readonly string[];
}

export function buildVersions(tree: Tree, time: number, announced: Announced = ANNOUNCED): void {
  const { stable, oldstable, upcoming, list } = announced;
  const document = {
    stable_version: stable,
    oldstable_version: oldstable,
    upcoming_version: upcoming,
    versions_list: list,
  };
  tree.put(".versions.json", JSON.stringify(document), time);
}
