import { lstat, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { UpdateError } from "../../error.ts";
import { isMissing } from "../../store/atomic-file.ts";
import { kindAt } from "../bundle/layout.ts";

/**
 * The text of a file of an unpacked release; null when there is no regular file of that name, or it is reached through a
 * link, which may lead anywhere. Throws UpdateError `bad_manifest` for one of more than `maxBytes`.
 */
export async function readInside(source: string, path: string, maxBytes: number): Promise<string | null> {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    if ((await kindAt(join(source, folder))) !== "folder") return null;
  }
  try {
    const stats = await lstat(join(source, path));
    if (!stats.isFile()) return null;
    if (stats.size > maxBytes) {
      const message = `The release's ${path} is too large to be what its name says (${stats.size} bytes).`;
      throw new UpdateError("bad_manifest", message, { path });
    }
    return await readFile(join(source, path), "utf8");
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
