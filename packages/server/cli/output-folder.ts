import { mkdir, mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ApiFailure } from "@pawl/ui/server";
import { errnoReason } from "./errno-words.ts";

/**
 * A folder that files can be put into, made if it isn't there: known before a build is asked for, not when it is done. Each folder on the way is made
 * by itself: Node's `recursive` doesn't end where the kernel says that nothing is there and lets nothing be made (/proc).
 * @throws ApiFailure bad_request
 */
export async function makeOutputFolder(folder: string): Promise<void> {
  try {
    for (const path of await missingOf(resolve(folder))) {
      await mkdir(path).catch(async (error: NodeJS.ErrnoException) => {
        // Somebody else has made it meanwhile; or a link that leads nowhere is there.
        if (error.code !== "EEXIST" || !(await isFolder(path).catch(() => false))) throw error;
      });
    }
  } catch (cause) {
    throw refused(folder, "can't be made", cause);
  }
  if (!(await isFolder(folder))) {
    throw new ApiFailure("bad_request", `${folder} is a file; --output takes a folder.`);
  }
  try {
    await rmdir(await mkdtemp(join(folder, ".pawl-")));
  } catch (cause) {
    throw refused(folder, "can't be written to", cause);
  }
}

/** The folders that aren't there, outermost first. */
async function missingOf(path: string): Promise<string[]> {
  try {
    await stat(path);
    return [];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" || dirname(path) === path) throw error;
    return [...(await missingOf(dirname(path))), path];
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path)).isDirectory();
}

function refused(folder: string, what: string, cause: unknown): ApiFailure {
  const code = cause instanceof Error && "code" in cause ? cause.code : null;
  const reason = errnoReason(cause) ?? (code === "ENOENT" ? "nothing can be made there" : String(code ?? cause));
  return new ApiFailure("bad_request", `${folder} ${what}: ${reason}.`, { cause });
}
