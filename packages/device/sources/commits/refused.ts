import { UpdateError } from "../../error.ts";
import { keptInLfs, type LaidFile } from "./lfs.ts";

/** That no release can be made of a commit, for the sake of one of its paths: `archive_refused`. */
export function refused(why: string, path: string): UpdateError {
  const shown = path.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
  return new UpdateError("archive_refused", `The commit can't be installed. ${why}: ${shown}`, { path: shown });
}

/** The same for a folder that is another repository. */
export function refusedSubmodule(path: string): UpdateError {
  return refused(
    "Another repository is part of it as a submodule, which isn't fetched. Let the project depend on it instead, or have the files in its own repository",
    path,
  );
}

/** Throws UpdateError `archive_refused` when of one of a commit's files, laid out in `dir`, only a pointer to Git LFS is there. */
export async function refuseLfs(dir: string, files: readonly LaidFile[]): Promise<void> {
  const path = await keptInLfs(dir, files);
  if (path === null) return;
  throw refused("A file is kept in Git LFS, which isn't fetched. Let the repository have the file itself", path);
}

/** The same for one that is larger than any release; every other error as it is. A commit is as large the next time, too. */
export function refusedForSize(error: unknown): unknown {
  if (!(error instanceof UpdateError) || error.code !== "too_large") return error;
  const message = `The commit can't be installed. ${error.message}`;
  return new UpdateError("archive_refused", message, { ...error.fields, cause: error });
}
