import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Commit, Manifest, Sha256, Version } from "@pawl/protocol";
import { readManifest } from "@pawl/trust";
import { UpdateError } from "../error.ts";
import { plannedTree } from "../installers/bundle/tree.ts";
import { isNearlyFull } from "../preflight/file-system.ts";
import { guarded } from "../preflight/guarded.ts";
import { walkTree } from "../publish/walk.ts";
import { writeBundle } from "../publish/write-bundle.ts";
import { syncFolder } from "../store/atomic-file.ts";
import { bundleName } from "./bundle-name.ts";

/** What is known of a commit that is to be a release. */
export interface CommitToPack {
  version: Version;
  commit: Commit;
  /** When it was made, ISO 8601. */
  published_at: string | null;
}

/**
 * A commit's files as a bundle in `dir`, and the manifest that goes with it: the same commit gives the same bytes. Nothing
 * half made ever has a bundle's name, or stays. Throws what `checkOut` throws, and UpdateError `archive_refused` or
 * `bad_manifest` for files no release may have, `disk_full` while there is still some room.
 */
export async function packCommit(
  dir: string,
  about: CommitToPack,
  checkOut: (dir: string, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<{ bytes: Uint8Array; bundle: Sha256 }> {
  const files = join(dir, "commit.files");
  const made = join(dir, "commit.tar");
  await rm(files, { recursive: true, force: true });
  await mkdir(files);
  try {
    const written = await guarded(fullDisk(dir), signal, async (until) => {
      await checkOut(files, until);
      // No tar can say that something was made before 1970.
      const mtime = new Date(Math.max(0, Date.parse(about.published_at ?? "") || 0));
      const entries = await walkTree(files, until);
      return writeBundle({ dir: files, entries, path: made, format: "tar", mtime, signal: until });
    });
    const bytes = Buffer.from(`${JSON.stringify(manifestOf(about, written), null, 2)}\n`);
    // Read as every device reads it.
    plannedTree(readManifest(bytes));
    await rename(made, join(dir, bundleName(written.sha256)));
    await syncFolder(dir);
    return { bytes, bundle: written.sha256 };
  } finally {
    for (const path of [files, made]) await rm(path, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** How much a commit takes is known when it is here, and apps need the disk meanwhile. */
function fullDisk(dir: string): () => Promise<UpdateError | null> {
  const message = "There isn't enough room on this device for the files of the commit. Make room and try again.";
  return async () => ((await isNearlyFull(dir)) ? new UpdateError("disk_full", message, { path: dir }) : null);
}

function manifestOf(
  { version, commit, published_at }: CommitToPack,
  { files, size, sha256, unpackedSize }: Awaited<ReturnType<typeof writeBundle>>,
): Partial<Manifest> {
  return {
    version,
    commit,
    ...(published_at !== null && { published_at }),
    bundle: { name: `${version}.tar`, size, sha256, unpacked_size: unpackedSize },
    files,
  };
}
