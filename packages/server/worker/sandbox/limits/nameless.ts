import { readdir, readlink, stat } from "node:fs/promises";

/** More files than these no build holds open; they aren't looked at, for that would take long. */
const MOST_OPEN = 100_000;

/**
 * What files take that these processes hold open and that no folder names any more, in bytes: on the disk, or in memory (memfd_create(2)).
 * No count of files finds them, and they are gone with their processes. Infinite where there are too many to tell.
 */
export async function namelessBytes(pids: readonly number[], where: "disk" | "memory"): Promise<number> {
  const sizes = new Map<string, number>();
  let open = 0;
  for (const pid of pids) {
    const folder = `/proc/${pid}/fd`;
    // Ended meanwhile, or not ours to look at.
    for (const name of await readdir(folder).catch(() => [])) {
      if (++open > MOST_OPEN) return Number.POSITIVE_INFINITY;
      const path = `${folder}/${name}`;
      const target = await readlink(path).catch(() => "");
      if (!target.endsWith(" (deleted)") || target.startsWith("/memfd:") !== (where === "memory")) continue;
      const found = await stat(path).catch(() => null);
      if (found?.isFile()) sizes.set(`${found.dev}:${found.ino}`, found.blocks * 512);
    }
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}
