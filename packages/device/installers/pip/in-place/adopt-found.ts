import type { PipInstall } from "@pawl/protocol";
import type { Run } from "../../../system/types.ts";
import { adoptTree } from "../../bundle/copy/adopt.ts";
import { syncFileSystem } from "../../bundle/durable.ts";
import type { Standing } from "./look.ts";
import type { WheelTrees } from "./wheel-trees.ts";

/** Makes what others have installed a tree, so that one can go back to it. Nothing was staged of it. May run twice. */
export async function adoptFound(
  tree: string,
  { found, record }: Standing,
  { trees, config, run }: { trees: WheelTrees; config: PipInstall; run: Run },
): Promise<void> {
  const version = (record?.tree === tree ? record.version : found?.version) ?? tree;
  await adoptTree(trees, tree, version, [], (folder) => syncFileSystem(folder, run));
  await trees.noteRelease(trees.path(tree), {
    python: config.python,
    distribution: config.distribution,
    commit: found?.commit ?? null,
    channel: found?.channel ?? null,
    modules: config.imports,
    wheels: null,
  });
}
