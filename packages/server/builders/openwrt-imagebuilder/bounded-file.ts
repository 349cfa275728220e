import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { BuildError, type BuildErrorCode } from "../types.ts";

/**
 * A regular file's text, or null where there is none. No link is followed, and nothing is read of what is too long.
 * @throws BuildError of that code for what isn't such a file
 */
export async function boundedFile(path: string, maxBytes: number, code: BuildErrorCode): Promise<string | null> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
    const stat = await file.stat();
    if (stat.isFile() && stat.size <= maxBytes) return await file.readFile("utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? error.code : null;
    if (reason === "ENOENT") return null;
    if (reason !== "ELOOP") throw error;
  }
  throw new BuildError(code, `${basename(path)} isn't a file of a usual size.`);
}
