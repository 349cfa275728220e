import type { Stats } from "node:fs";
import { lstat, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isRootsSticky } from "../store/roots-alone.ts";

/** A user with all their groups. */
export interface Who {
  uid: number;
  gids: readonly number[];
}

export type Right = "read" | "write" | "enter";

type Owned = Pick<Stats, "uid" | "gid" | "mode">;

const BIT: Record<Right, number> = { read: 4, write: 2, enter: 1 };

/** Whether the mode bits give somebody a right: their own, their group's or everybody's, the first that applies. Pure. */
export function mayByMode({ uid, gids }: Who, { uid: owner, gid, mode }: Owned, right: Right): boolean {
  if (uid === 0) return true;
  const shift = owner === uid ? 6 : gids.includes(gid) ? 3 : 0;
  return ((mode >> shift) & BIT[right]) !== 0;
}

/** Whether somebody could change what is there: may write it, or give themselves the right to. Pure. */
export function couldChange(who: Who, there: Owned): boolean {
  return there.uid === who.uid || mayByMode(who, there, "write");
}

/** Where the way to a right ends for somebody: the folder they may not enter, or the place itself. Null when they have it. */
export async function obstacleOnTheWay(who: Who, path: string, right: Right): Promise<string | null> {
  const real = await realpath(path);
  for (const folder of foldersAbove(real).reverse()) {
    if (!mayByMode(who, await stat(folder), "enter")) return folder;
  }
  return mayByMode(who, await stat(real), right) ? null : path;
}

/**
 * The place at which somebody could change what is found at a path: it itself, or a folder above in which they could put
 * another in its place; of a link also those of what it leads to. Null when there is none, or nothing is there at all.
 */
export async function weakPlace(path: string, couldBeChanged: (there: Owned) => boolean): Promise<string | null> {
  const real = await realpath(path).catch(() => null);
  const ways = real === null || real === path ? [path] : [path, real];
  for (const way of ways) {
    const weak = await weakOnWay(way, couldBeChanged);
    if (weak !== null) return weak;
  }
  return null;
}

async function weakOnWay(path: string, couldBeChanged: (there: Owned) => boolean): Promise<string | null> {
  for (const place of [path, ...foldersAbove(path)]) {
    const there = await lstat(place).catch(() => null);
    // What isn't there is as safe as the folder it would be in; a link is changed by changing its folder.
    if (there === null || there.isSymbolicLink() || isRootsSticky(there)) continue;
    if (couldBeChanged(there)) return place;
  }
  return null;
}

/** `/etc/pawl`, `/etc`, `/` */
export function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let at = path; at !== dirname(at); at = dirname(at)) folders.push(dirname(at));
  return folders;
}
