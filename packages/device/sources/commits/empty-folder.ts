import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes all that is in a folder, so that files can be laid out there anew. None where there is no such folder. */
export async function emptyFolder(dir: string): Promise<void> {
  const names = await readdir(dir).catch(() => []);
  for (const name of names) await rm(join(dir, name), { recursive: true, force: true, maxRetries: 3 });
}
