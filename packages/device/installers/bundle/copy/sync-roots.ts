import { stat } from "node:fs/promises";
import type { Run } from "../../../system/types.ts";
import { syncFileSystem } from "../durable.ts";

/** Makes everything written below these folders durable, once for each file system. */
export async function syncRoots(roots: readonly string[], run: Run): Promise<void> {
  const folders = new Map<number, string>();
  for (const root of new Set(roots)) {
    // One that was made for a release is gone with it.
    const stats = await stat(root).catch(() => null);
    if (stats) folders.set(stats.dev, root);
  }
  for (const folder of folders.values()) await syncFileSystem(folder, run);
}
