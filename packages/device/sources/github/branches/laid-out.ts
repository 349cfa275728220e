import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { UpdateError } from "../../../error.ts";

/** What stands in for a file that is kept elsewhere (Git LFS specification), and how long such a text is at most. */
const LFS_POINTER = "version https://git-lfs.github.com/spec/v1\n";
const LFS_POINTER_MAX = 1024;

/** A file as it was written. */
export interface LaidFile {
  path: string;
  bytes: number;
}

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
  if (!(await usesLfs(dir, files))) return;
  for (const { path, bytes } of files) {
    if (bytes > LFS_POINTER_MAX || !(await readFile(join(dir, path), "latin1")).startsWith(LFS_POINTER)) continue;
    throw refused("A file is kept in Git LFS, which isn't fetched. Let the repository have the file itself", path);
  }
}

async function usesLfs(dir: string, files: readonly LaidFile[]): Promise<boolean> {
  for (const { path } of files) {
    if (basename(path) !== ".gitattributes") continue;
    if (/\bfilter=lfs\b/.test(await readFile(join(dir, path), "utf8"))) return true;
  }
  return false;
}

function refused(why: string, path: string): UpdateError {
  return new UpdateError("archive_refused", `The commit can't be installed. ${why}: ${path}`, { path });
}
