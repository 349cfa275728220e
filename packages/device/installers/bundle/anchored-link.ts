import { readdir, readlink, rename } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { Ownership } from "./ownership.ts";
import { madeLink, unlessGone } from "./shared-link.ts";

/**
 * What a link that moves from a tree to `shared/` has to say to lead where it led: to its neighbour in the release that
 * runs, or to a place outside of all releases.
 */
export function anchoredTarget(tree: string, path: string, text: string, { current }: Ownership): string {
  const target = resolve(tree, dirname(path), text);
  if (isInside(target, tree)) return join(current, relative(tree, target));
  return isAbsolute(text) ? text : target;
}

/** Before a folder moves: writes out the links in it that lead out of it, each in one step. Those inside stay as they are. */
export async function anchorLinks(tree: string, folder: string, ownership: Ownership, inside = folder): Promise<void> {
  for (const item of await unlessGone(readdir(join(tree, inside), { withFileTypes: true }), [])) {
    const path = `${inside}/${item.name}`;
    if (item.isDirectory()) await anchorLinks(tree, folder, ownership, path);
    if (!item.isSymbolicLink()) continue;
    const at = join(tree, path);
    const text = await unlessGone(readlink(at), null);
    if (text === null) continue;
    const target = resolve(dirname(at), text);
    const moves = isAbsolute(text) ? isInside(target, tree) : !isInside(target, join(tree, folder));
    if (!moves || target === join(ownership.shared, path)) continue;
    await rename(await madeLink(anchoredTarget(tree, path, text, ownership), ownership), at);
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
