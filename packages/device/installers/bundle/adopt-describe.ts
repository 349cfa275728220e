import { lstat, readlink } from "node:fs/promises";
import { join } from "node:path";
import { type ManifestEntry, parents, type Sha256 } from "@pawl/protocol";
import type { AdoptedPath } from "./adopt-journal.ts";
import { sha256At } from "./edited.ts";
import { kindAt } from "./layout.ts";
import { unlessGone } from "./shared-link.ts";

/** What a file was when it was hashed, by its path in the release. */
export type Hashed = ReadonlyMap<string, { stamp: string; sha256: string }>;

/** Hashes ahead, under running services, what will have to be known when they have stopped. */
export async function hashAhead(paths: readonly AdoptedPath[], lists: readonly string[]): Promise<Hashed> {
  const hashed = new Map<string, { stamp: string; sha256: string }>();
  for (const path of lists) {
    const standing = paths.find(({ from }) => from === "" || path === from || path.startsWith(`${from}/`));
    // Copies are other files: nothing of the original's identity tells that they are the same.
    if (!standing || standing.across) continue;
    const at = join(standing.at, path.slice(standing.from.length));
    const stamp = await unlessGone(stampOf(at), null);
    const sha256 = stamp === null ? null : await sha256At(at);
    if (stamp !== null && sha256 !== null) hashed.set(path, { stamp, sha256 });
  }
  return hashed;
}

/** Those of the listed paths that are in a tree, as they are there. What lies behind a link isn't in it. */
export async function describeTree(
  root: string,
  lists: readonly string[],
  hashed: Hashed = new Map(),
): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  const folders = new Map<string, boolean>();
  for (const path of lists) {
    if (!(await liesInFolders(path))) continue;
    const at = join(root, path);
    const stats = await unlessGone(lstat(at), null);
    if (stats?.isSymbolicLink()) entries.push({ path, link: await readlink(at) });
    if (!stats?.isFile()) continue;
    const known = hashed.get(path);
    const sha256 = known && known.stamp === (await stampOf(at)) ? known.sha256 : await sha256At(at);
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
    entries.push({ path, sha256: sha256 as Sha256, mode });
  }
  return entries;

  async function liesInFolders(path: string): Promise<boolean> {
    for (const folder of parents(path)) {
      const isFolder = folders.get(folder) ?? (await kindAt(join(root, folder))) === "folder";
      folders.set(folder, isFolder);
      if (!isFolder) return false;
    }
    return true;
  }
}

/** The same for a file as long as nobody has changed it: no program can set a file's ctime. */
async function stampOf(path: string): Promise<string | null> {
  const stats = await lstat(path, { bigint: true });
  return stats.isFile() ? `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : null;
}
