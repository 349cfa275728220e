import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "../store/atomic-file.ts";

const WRITABLE_BY_OTHERS = 0o022;
const EXECUTABLE = 0o111;

/** Where a hook of this name is. Names have no slash (protocol/manifest.ts). */
export function hookPath(hooksDir: string, name: string): string {
  return join(hooksDir, name);
}

/**
 * What keeps a hook from being run, for the end of a sentence; null when nothing does. It is run with all of root's rights:
 * nobody but root, or whoever this process runs as, may be able to say what it does.
 */
export async function hookTrouble(hooksDir: string, name: string): Promise<string | null> {
  const path = hookPath(hooksDir, name);
  const folder = await statsOf(hooksDir);
  const file = await statsOf(path);
  if (folder === null || file === null) return `there is no ${path}. Put it there, owned by root, mode 0755.`;
  if (!folder.isDirectory() || isOthers(folder)) {
    return `${hooksDir} must be a folder that only root can write in. Look at what is in it, then run: chown 0:0 ${hooksDir}; chmod 0755 ${hooksDir}`;
  }
  if (!file.isFile()) return `${path} must be a regular file, not a link or anything else.`;
  if (isOthers(file)) {
    return `${path} must be a file that only root can change. Look at what is in it, then run: chown 0:0 ${path}; chmod 0755 ${path}`;
  }
  if ((file.mode & EXECUTABLE) === 0) return `${path} isn't executable. Run: chmod 0755 ${path}`;
  return null;
}

async function statsOf(path: string) {
  return lstat(path).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
}

/** Whether somebody else than root or this process could change it. */
function isOthers({ uid, mode }: { uid: number; mode: number }): boolean {
  const isOwn = uid === 0 || uid === process.geteuid?.();
  return !isOwn || (mode & WRITABLE_BY_OTHERS) !== 0;
}
