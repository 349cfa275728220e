import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { BuildError } from "../types.ts";

/**
 * A file of an unpacked tree, as it was before any build; null where there is none. Nobody writes to it, so it is read from outside: that
 * takes no process, as it does to look into a sandbox.
 * @throws BuildError imagebuilder_refused when it is longer than `maxBytes`, or no file
 */
export async function pristineFile(tree: string, path: string, maxBytes: number): Promise<string | null> {
  try {
    await using file = await open(join(tree, path), constants.O_RDONLY | constants.O_NOFOLLOW);
    const stat = await file.stat();
    if (!stat.isFile() || stat.size > maxBytes) refuse(path);
    return await file.readFile("utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT") return null;
    if (code === "ELOOP") refuse(path);
    throw error;
  }
}

function refuse(path: string): never {
  throw new BuildError("imagebuilder_refused", `The ImageBuilder's ${path} isn't a file of a usual size.`);
}
