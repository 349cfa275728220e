import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureFolder, isMissing, syncFolder, writeFileDurably } from "../../../store/atomic-file.ts";
import { TreeStore } from "../../bundle/copy/tree-store.ts";
import type { InPlace } from "../../types.ts";
import { type LeftFile, leftFolder, type TreeRelease, treeIdentity, wheelIn } from "./kept-trees.ts";
import type { Left } from "./plan-change.ts";

/**
 * The releases that were in an environment, below the folder of backups: `<tree>/` with `manifest.json`, `tree.json`,
 * `release.json`, `files/` with the wheels it was staged with, and `left/` with those that were made of what was there
 * when it was left.
 */
export class WheelTrees extends TreeStore {
  async noteRelease(folder: string, release: TreeRelease): Promise<void> {
    await writeFileDurably(join(folder, "release.json"), `${JSON.stringify(release, null, 2)}\n`);
  }

  /** With the commit. */
  override async identity(tree: string): Promise<InPlace | null> {
    return treeIdentity(this.dir, tree);
  }

  /** Where `admitLeft` takes what was left from: an empty folder. */
  async leftStaging(): Promise<string> {
    const folder = this.staging("left");
    await rm(folder, { recursive: true, force: true });
    await ensureFolder(folder);
    return folder;
  }

  /** Makes the staged folder, whose wheels are on the disk, what was taken when a tree was left. */
  async admitLeft(staged: string, tree: string | null, left: LeftFile): Promise<Left> {
    await writeFileDurably(join(staged, "left.json"), `${JSON.stringify(left, null, 2)}\n`);
    const folder = leftFolder(this.dir, tree);
    await this.dropLeft(tree);
    await rename(staged, folder);
    await syncFolder(dirname(folder));
    return { ...left, wheels: left.wheels.map((file) => wheelIn(folder, file)) };
  }

  /** Under another name first, so that half of it never counts as the whole. */
  async dropLeft(tree: string | null): Promise<void> {
    const doomed = this.staging("removed-left");
    await rm(doomed, { recursive: true, force: true });
    await rename(leftFolder(this.dir, tree), doomed).catch((error) => {
      if (!isMissing(error)) throw error;
    });
    await rm(doomed, { recursive: true, force: true });
  }
}
