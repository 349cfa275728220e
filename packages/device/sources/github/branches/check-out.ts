import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { downloadFile } from "../../../download/download-file.ts";
import { UpdateError } from "../../../error.ts";
import { ensureFolder } from "../../../store/atomic-file.ts";
import { systemClock } from "../../../system/clock.ts";
import type { Advance } from "../../../update/progress.ts";
import { emptyFolder } from "../../commits/empty-folder.ts";
import { refusedForSize } from "../../commits/refused.ts";
import { guardRoom } from "../../commits/room-guard.ts";
import type { GithubRepository } from "../repository.ts";
import type { BranchLimits } from "./index.ts";
import { unpackArchive } from "./unpack-archive.ts";

export interface CheckingOut {
  repository: GithubRepository;
  cacheDir: string;
  limits: Pick<BranchLimits, "idleMs" | "archiveBytes">;
  commit: string;
  /** An empty folder. */
  dir: string;
  advance(advance: Advance): void;
  signal: AbortSignal;
}

/** Of the work, the download; GitHub packs while it sends and mostly doesn't say how much it will be. */
const DOWNLOAD_SHARE = 0.5;

/**
 * Lays the files of a commit into a folder, from the archive that GitHub makes of it. Its `.gitattributes` decide what is
 * in that (`export-ignore`, `export-subst`). Throws UpdateError as downloadFile and unpackArchive; `release_moved` when
 * GitHub doesn't have the commit, `disk_full` as guardRoom. The folder is empty again then.
 */
export async function checkOut({
  repository,
  cacheDir,
  limits,
  commit,
  dir,
  advance,
  signal,
}: CheckingOut): Promise<void> {
  const { idleMs, archiveBytes } = limits;
  const url = `${repository.root}/tarball/${commit}`;
  // Its name is that of this one commit, as downloadFile asks for where nobody has stated a hash.
  const name = `github-${commit}.tar.gz`;
  const to = join(cacheDir, name);
  try {
    await ensureFolder(cacheDir);
    await removeArchives(cacheDir, name);
    const headers = { ...(await repository.headersFor(url)), accept: "application/vnd.github+json" };
    await guardRoom({ dir: cacheDir, maxBytes: archiveBytes, shown: repository.address, signal }, (guarded) =>
      downloadFile({
        url,
        to,
        size: null,
        sha256: null,
        headers,
        stallMs: idleMs,
        clock: systemClock,
        onProgress: ({ doneBytes, totalBytes }) => {
          if (totalBytes) advance({ share: (doneBytes / totalBytes) * DOWNLOAD_SHARE });
        },
        signal: guarded,
      }),
    );
    await unpackArchive({
      path: to,
      commit,
      into: dir,
      signal,
      onProgress: (done, total) => advance({ share: DOWNLOAD_SHARE + (done / total) * (1 - DOWNLOAD_SHARE) }),
    });
  } catch (error) {
    await emptyFolder(dir);
    if (error instanceof UpdateError && error.code === "not_found") throw gone(commit, repository, error);
    throw refusedForSize(error);
  } finally {
    // What a broken download left stays beside it, and is continued by the next, if that is of the same commit.
    await rm(to, { force: true });
  }
}

/** What downloads of other commits have left would lie there for ever. */
async function removeArchives(cacheDir: string, but: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const isOther = /^github-[0-9a-f]{40,64}\.tar\.gz/.test(name) && !name.startsWith(but);
    if (isOther) await rm(join(cacheDir, name), { force: true });
  }
}

function gone(commit: string, { name, address }: GithubRepository, cause: UpdateError): UpdateError {
  const sentence = `${name} doesn't have the commit ${commit.slice(0, 12)} of ${address} any more. Check again, and install what is there now.`;
  return new UpdateError("release_moved", sentence, { ...cause.fields, cause });
}
