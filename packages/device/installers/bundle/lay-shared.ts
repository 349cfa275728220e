import { link, readdir, rename, rm, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { parents } from "@pawl/protocol";
import { isEdited, sha256At } from "./edited.ts";
import { kindAt } from "./layout.ts";
import { moveToShared } from "./move-to-shared.ts";
import { keptBy, keptFolders, type Ownership, type ReleaseTree } from "./ownership.ts";
import { NEW_SUFFIX } from "./rescue.ts";
import { isSetAside, setAside } from "./set-aside.ts";
import { ensureSharedFolder } from "./shared-folder.ts";
import { leadsToShared, linkToShared } from "./shared-link.ts";

/**
 * Lays `shared/` over a tree: what the release doesn't ship is linked, what it ships stays, but for those config files
 * that `isOwners` says: they get the owner's, with the shipped one beside it.
 */
export async function laySharedOver(
  tree: Pick<ReleaseTree, "path">,
  ownership: Ownership,
  isOwners: (path: string) => Promise<boolean> | boolean,
): Promise<void> {
  await lay("");

  async function lay(folder: string): Promise<void> {
    const items = await readdir(join(ownership.shared, folder), { withFileTypes: true });
    const names = new Set(items.map((item) => item.name));
    for (const item of items) {
      if (isSetAside(item.name, names)) continue;
      const path = folder === "" ? item.name : `${folder}/${item.name}`;
      const kind = await kindAt(join(tree.path, path));
      if (kind === null) await linkToShared(tree.path, path, ownership);
      else if (kind === "folder" && item.isDirectory()) await lay(path);
      else if (kind === "file" && !item.isDirectory() && (await isOwners(path))) {
        await layOwners(tree.path, path, ownership);
      }
    }
  }
}

/** Files that a release ships although they are the owner's (`keep:`) begin their life in `shared/`; those that are there win. */
export async function giveToOwner(tree: ReleaseTree, ownership: Ownership): Promise<void> {
  const isKept = keptBy(ownership);
  for (const { path } of tree.manifest.files) {
    if (!isKept(path) || (await passesLink(tree.path, path))) continue;
    const kind = await kindAt(join(tree.path, path));
    if (kind === null || kind === "folder") continue;
    if (kind === "link" && (await leadsToShared(tree.path, path, ownership))) continue;
    if ((await kindAt(join(ownership.shared, path))) === null) await moveToShared(tree.path, path, ownership);
    else await giveWay(tree, path, ownership);
  }
  for (const folder of keptFolders(ownership)) {
    await ensureSharedFolder(tree.path, folder, ownership);
    if (!(await passesLink(tree.path, folder))) await clearFolder(tree.path, folder, ownership);
  }
}

/** The owner's config file takes the place of the shipped one, which stays beside it when it says something else. */
async function layOwners(tree: string, path: string, ownership: Ownership): Promise<void> {
  const at = join(tree, path);
  if ((await sha256At(at)) !== (await sha256At(join(ownership.shared, path)))) {
    const shipped = join(ownership.moving, "file");
    await rm(shipped, { force: true });
    await link(at, shipped);
    await rename(shipped, `${at}${NEW_SUFFIX}`);
    // Of two names for one file rename(2) keeps both.
    await rm(shipped, { force: true });
  }
  await linkToShared(tree, path, ownership);
}

async function giveWay(tree: ReleaseTree, path: string, ownership: Ownership): Promise<void> {
  const at = join(tree.path, path);
  if (await isEdited(tree, path)) await setAside(at, join(ownership.shared, path));
  else await unlink(at);
}

/** Takes a folder away that holds nothing but links of ours, so that it can be linked as a whole. The tree doesn't run. */
async function clearFolder(tree: string, folder: string, ownership: Ownership): Promise<void> {
  if ((await kindAt(join(tree, folder))) !== "folder") return;
  for (const item of await readdir(join(tree, folder), { withFileTypes: true })) {
    const path = `${folder}/${item.name}`;
    if (item.isDirectory()) await clearFolder(tree, path, ownership);
    else if (item.isSymbolicLink() && (await leadsToShared(tree, path, ownership))) await unlink(join(tree, path));
  }
  if ((await readdir(join(tree, folder))).length === 0) await rmdir(join(tree, folder));
}

async function passesLink(tree: string, path: string): Promise<boolean> {
  for (const folder of parents(path)) if ((await kindAt(join(tree, folder))) === "link") return true;
  return false;
}
