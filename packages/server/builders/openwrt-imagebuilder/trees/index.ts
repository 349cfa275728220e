import { ImagebuilderTrees, type TreesOptions } from "./trees.ts";
import type { Trees } from "./types.ts";

export type { TreeLimits, TreesOptions } from "./trees.ts";
export type { HeldTree, Trees } from "./types.ts";

/** ImageBuilders in a folder, after what dead processes left there was cleaned away. */
export async function openTrees(options: TreesOptions): Promise<Trees> {
  const trees = new ImagebuilderTrees(options);
  await trees.start();
  return trees;
}
