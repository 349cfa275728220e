import { readdir, readlink, stat } from "node:fs/promises";

/**
 * What files take on the disk that these processes hold open and that no folder names any more, in bytes. No count of files finds
 * them, and they are gone with their processes.
 */
export async function namelessBytes(pids: readonly number[]): Promise<number> {
  const sizes = new Map<string, number>();
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`;
    // Ended meanwhile, or not ours to look at.
    for (const name of await readdir(folder).catch(() => [])) {
      const path = `${folder}/${name}`;
      if (!(await readlink(path).catch(() => "")).endsWith(" (deleted)")) continue;
      const found = await stat(path).catch(() => null);
      if (found?.isFile()) sizes.set(`${found.dev}:${found.ino}`, found.blocks * 512);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
