import { lchown, lstat, mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { parseAddress } from "../listen-address.ts";
import { isMissing } from "../store/atomic-file.ts";
import { isRootsAlone, isRootsSticky } from "../store/roots-alone.ts";
import type { ApiUser } from "../system/api-user.ts";

/**
 * Makes the folder of `listen`'s socket when it isn't there, and gives it to `user`: after a boot there is nothing in
 * /run, where only root may make one. For a process that is root; where somebody else could meddle, nothing is made.
 */
export async function ensureSocketFolder(listen: string, { uid, gid }: ApiUser): Promise<void> {
  const address = parseAddress(listen);
  if (address.kind !== "unix") return;
  const folder = dirname(address.path);
  const missing = await missingFolders(folder);
  if (missing.length === 0) return;
  for (const path of missing) await mkdir(path, 0o755);
  await lchown(folder, uid, gid);
}

/** A folder and those above it that aren't there, from above; none when those that are there aren't root's alone. */
async function missingFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let path = folder; ; path = dirname(path)) {
    try {
      return (await isOnlyRoots(await realpath(path))) ? missing : [];
    } catch (error) {
      if (!isMissing(error)) throw error;
      missing.unshift(path);
    }
  }
}

/** Whether nobody but root could lay something else in the place of a folder, which has no links on its way. */
async function isOnlyRoots(folder: string): Promise<boolean> {
  const there = await lstat(folder);
  if (!there.isDirectory() || !(isRootsAlone(there) || isRootsSticky(there))) return false;
  return folder === "/" || isOnlyRoots(dirname(folder));
}
