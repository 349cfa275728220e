import { placePaths } from "./place/paths.ts";
import type { Ways } from "./ways.ts";

/** One sandbox, as far as its files and command lines are concerned. */
export interface Inside {
  folder: string;
  tree: string;
  proxySocket: string | null;
  ways: Ways;
  /** Found again in the environment of processes, where there is no other way to know whose they are. */
  mark: string;
}

/** The folder that takes what a build writes. */
export function ownLayer({ folder, ways }: Pick<Inside, "folder" | "ways">): string {
  const { upper, tree } = placePaths(folder);
  return ways.layer === "overlay" ? upper : tree;
}

/** All folders that make up the tree as commands see it, the uppermost first. */
export function layersOf(inside: Inside): readonly string[] {
  return inside.ways.layer === "overlay" ? [ownLayer(inside), inside.tree] : [ownLayer(inside)];
}
