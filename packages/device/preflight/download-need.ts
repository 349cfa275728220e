import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Need } from "../installers/types.ts";
import { isMissing } from "../store/atomic-file.ts";

/** The bundle, what is noted about its part, its manifest and its signature. */
const FILES = 4;

/**
 * Room for a bundle of so many bytes in the downloads folder. What lies there already is a part of it that isn't
 * fetched again, or belongs to another release and goes before the download begins: less than nothing may be needed.
 */
export async function downloadNeed(folder: string, bundleBytes: number): Promise<Need> {
  const there = await sizeOf(folder);
  return { path: folder, bytes: bundleBytes - there, inodes: FILES, purpose: "the download", writable: true };
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  try {
    for (const name of await readdir(folder)) bytes += (await lstat(join(folder, name))).size;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  return bytes;
}
