import { rename } from "node:fs/promises";
import { join } from "node:path";
import { isMissing, namesIn } from "../../store/atomic-file.ts";
import type { Layout } from "./layout.ts";
import { removeWhole } from "./open-folder.ts";

/** Staging folders begin with this; no version does. */
export const STAGING_PREFIX = ".staging-";

/** The folder an update unpacks into. */
export function stagingPath(layout: Layout, updateId: string): string {
  return join(layout.releases, `${STAGING_PREFIX}${updateId}`);
}

/** Removes every tree but those named, and all staging. One that `save` throws for stays: somebody's files may be in it. */
export async function pruneTrees(
  layout: Layout,
  keep: ReadonlySet<string>,
  save: (tree: string) => Promise<void>,
): Promise<void> {
  for (const tree of await treeNames(layout)) {
    if (keep.has(tree)) continue;
    const isSaved = await save(tree).then(
      () => true,
      () => false,
    );
    if (isSaved) await removeTree(layout, tree);
  }
  await removeStaging(layout);
}

/** Removes one tree, under a staging name first, so that half of one never counts as a release. */
export async function removeTree(layout: Layout, tree: string): Promise<void> {
  const doomed = join(layout.releases, `${STAGING_PREFIX}removed-${tree}`);
  await removeWhole(doomed);
  await rename(join(layout.releases, tree), doomed).catch((error) => {
    if (!isMissing(error)) throw error;
  });
  await removeWhole(doomed);
}

/** Removes what unpacking and removing left behind. */
export async function removeStaging(layout: Layout): Promise<void> {
  for (const name of stagingNames(layout)) await removeWhole(join(layout.releases, name));
}

/** The staging folders on disk. */
export function stagingNames(layout: Layout): string[] {
  return namesIn(layout.releases).filter((name) => name.startsWith(STAGING_PREFIX));
}

/** The trees on disk. */
export async function treeNames(layout: Layout): Promise<string[]> {
  return namesIn(layout.releases).filter((name) => !name.startsWith("."));
}
