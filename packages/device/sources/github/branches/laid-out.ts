import { UpdateError } from "../../../error.ts";
import { keptInLfs, type LaidFile } from "../../lfs.ts";

/**
 * Refuses a tree that lacks some of what its commit is made of: files kept in Git LFS, which are in the archive only where the
 * repository's settings say so, and other repositories within it. `emptyFolders`: git knows none, so each is a submodule.
 * Throws UpdateError `archive_refused`.
 */
export async function refuseIncomplete(
  dir: string,
  { files, emptyFolders }: { files: readonly LaidFile[]; emptyFolders: readonly string[] },
): Promise<void> {
  const [submodule] = emptyFolders;
  if (submodule !== undefined) {
    throw refused(
      "Another repository is part of it as a submodule, which isn't fetched. Let the project depend on it instead, or have the files in its own repository",
      submodule,
    );
  }
  const elsewhere = await keptInLfs(dir, files);
  if (elsewhere === null) return;
  throw refused("A file is kept in Git LFS, which isn't fetched. Let the repository have the file itself", elsewhere);
}

function refused(why: string, path: string): UpdateError {
  return new UpdateError("archive_refused", `The commit can't be installed. ${why}: ${path}`, { path });
}
