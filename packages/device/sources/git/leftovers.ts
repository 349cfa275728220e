import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes what a git that was killed, or a power cut, leaves in the way. Only for who has the mirror's lock. */
export async function removeLeftovers(gitDir: string): Promise<void> {
  await removeIn(gitDir, (name) => name.endsWith(".lock"), 0);
  await removeIn(join(gitDir, "refs"), (name) => name.endsWith(".lock"), 40);
  await removeIn(join(gitDir, "objects"), (name) => name.startsWith("tmp_"), 1);
}

/** Removes files by their names, down to `depth` folders below. */
async function removeIn(dir: string, isLeftover: (name: string) => boolean, depth: number): Promise<void> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(dir, entry.name);
    if (entry.isDirectory() && depth > 0) await removeIn(path, isLeftover, depth - 1);
    else if (entry.isFile() && isLeftover(entry.name)) await rm(path, { force: true });
  }
}
