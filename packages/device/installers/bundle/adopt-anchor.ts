import { lchown, lstat, readlink, rename, symlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { isRoot } from "./copy/owner.ts";
import { OpenFolder, removeWhole } from "./open-folder.ts";

/**
 * Links that lead out of an adopted folder by a relative way would lead elsewhere from the tree: they are written out.
 * Its own user may still hold folders of it open, so each is gone through by its handle.
 *
 * @param was where the folder was
 * @param made a free name outside of all trees
 */
export async function anchorOutward(inside: string, was: string, made: string): Promise<void> {
  await using above = await OpenFolder.at(dirname(inside));
  await using folder = (await above?.in(basename(inside))) ?? null;
  if (folder) await anchorIn(folder, was, made, "");
}

async function anchorIn(folder: OpenFolder, was: string, made: string, way: string): Promise<void> {
  for (const item of await folder.entries()) {
    if (item.isDirectory()) {
      await using below = await folder.in(item.name);
      if (below) await anchorIn(below, was, made, join(way, item.name));
    }
    if (!item.isSymbolicLink()) continue;
    const link = folder.reach(item.name);
    const text = await readlink(link);
    const target = resolve(was, way, text);
    if (isAbsolute(text) || target === was || target.startsWith(`${was}/`)) continue;
    const { uid, gid } = await lstat(link);
    await removeWhole(made);
    await symlink(target, made);
    if (isRoot()) await lchown(made, uid, gid);
    await rename(made, link);
  }
}
