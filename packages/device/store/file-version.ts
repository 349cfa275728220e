import { stat } from "node:fs/promises";
import { isMissing } from "./atomic-file.ts";

/**
 * Something that changes whenever the file does, or null when there is none: a replaced file is another inode, even
 * within one tick of the clock.
 */
export async function fileVersion(path: string): Promise<string | null> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
