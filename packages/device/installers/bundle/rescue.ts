import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { parents } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { isEdited, sha256At } from "./edited.ts";
import type { Ownership, ReleaseTree } from "./ownership.ts";
import { leadsToShared, unlessGone } from "./shared-link.ts";
import { MANIFEST_PATH } from "./tree.ts";

/** What Pawl lays beside an edited config file: the one this release ships. */
export const NEW_SUFFIX = ".pawl-new";

export interface Rescue {
  ownership: Ownership;
  /** Shipped, and the app's or the owner's all the same. */
  kept(path: string): boolean;
  /** The owner's as soon as it says something else than what was shipped. */
  editable(path: string): boolean;
  move(path: string): Promise<void>;
}

/** Moves what somebody wrote into a tree: all that its manifest doesn't list, kept files, edited config. */
export async function rescue(tree: ReleaseTree, { ownership, kept, editable, move }: Rescue): Promise<void> {
  const listed = new Map(tree.manifest.files.map((entry) => [entry.path, entry]));
  const folders = new Set(tree.manifest.files.flatMap((entry) => parents(entry.path)));
  await visit("");

  async function visit(folder: string): Promise<void> {
    for (const item of await unlessGone(readdir(join(tree.path, folder), { withFileTypes: true }), [])) {
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      // A socket holds nothing, and one whose program has gone keeps the next from listening.
      if (path === MANIFEST_PATH || item.isSocket()) continue;
      if (item.isSymbolicLink() && (await unlessGone(leadsToShared(tree.path, path, ownership), true))) continue;
      if (item.isDirectory() && folders.has(path)) {
        await visit(path);
      } else if (await isSomebodys(path, item)) {
        if (item.name.includes("\ufffd")) throw unreadable(join(tree.path, path));
        await move(path);
      }
    }
  }

  async function isSomebodys(path: string, item: { isFile(): boolean; isSymbolicLink(): boolean }): Promise<boolean> {
    const entry = listed.get(path);
    if (!entry) return !(await isLaidBeside(path));
    if (!item.isFile() && !item.isSymbolicLink()) return true;
    if ("link" in entry && item.isFile()) return true;
    if (kept(path)) return true;
    return editable(path) && "sha256" in entry && (item.isSymbolicLink() || (await isEdited(tree, path)));
  }

  async function isLaidBeside(path: string): Promise<boolean> {
    if (!path.endsWith(NEW_SUFFIX)) return false;
    const entry = listed.get(path.slice(0, -NEW_SUFFIX.length));
    return entry !== undefined && "sha256" in entry && (await sha256At(join(tree.path, path))) === entry.sha256;
  }
}

function unreadable(path: string): UpdateError {
  return new UpdateError("backup_failed", `${path} has a name that isn't UTF-8. Rename it and try again.`, { path });
}
