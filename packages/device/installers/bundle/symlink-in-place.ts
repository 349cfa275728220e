import { join } from "node:path";
import type { InstalledStore } from "../../store/installed.ts";
import type { Backup, InPlace } from "../types.ts";
import { currentTree, type Layout, treeIdentity } from "./layout.ts";

/** The release that `current` points to, by its own manifest. */
export async function symlinkInPlace(layout: Layout): Promise<InPlace | null> {
  const tree = await currentTree(layout);
  return tree === null ? null : treeIdentity(layout, tree);
}

/** Earlier releases one can go back to: those whose trees are there. */
export async function symlinkBackups(layout: Layout, installed: Pick<InstalledStore, "load">): Promise<Backup[]> {
  const current = await currentTree(layout);
  const backups: Backup[] = [];
  for (const tree of (await installed.load()).earlier) {
    const identity = tree === current ? null : await treeIdentity(layout, tree);
    if (identity) backups.push({ ...identity, path: join(layout.releases, tree) });
  }
  return backups;
}
