import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isAbsent } from "../trouble.ts";

/** Of the files in a folder, and when it changed last; what goes while it is counted counts nothing. */
export async function bytesIn(folder: string): Promise<{ bytes: number; changedAt: Date }> {
  try {
    const { mtime: changedAt } = await lstat(folder);
    const names = await readdir(folder);
    const sizes = await Promise.all(names.map((name) => sizeOf(join(folder, name))));
    return { bytes: sizes.reduce((sum, size) => sum + size, 0), changedAt };
  } catch (error) {
    if (isAbsent(error)) return { bytes: 0, changedAt: new Date() };
    throw error;
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : 0;
  } catch (error) {
    if (isAbsent(error)) return 0;
    throw error;
  }
}
