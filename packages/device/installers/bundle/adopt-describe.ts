import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { ManifestEntry, Sha256 } from "@pawl/protocol";
import type { AdoptedPath } from "./adopt-journal.ts";
import { HeldFolder } from "./copy/held-folder.ts";
import { FOLDER, markAt, OTHER, statsAt } from "./copy/standing.ts";
import { unlessGone } from "./shared-link.ts";

/** What a file was when it was hashed, by its path in the release. */
export type Hashed = ReadonlyMap<string, { stamp: string; sha256: string }>;

const LINK = "-> ";

/** Hashes ahead, under running services, what will have to be known when they have stopped. */
export async function hashAhead(paths: readonly AdoptedPath[], lists: readonly string[]): Promise<Hashed> {
  const hashed = new Map<string, { stamp: string; sha256: string }>();
  await using held = new HeldFolder();
  for (const path of lists) {
    const standing = paths.find(({ from }) => from === "" || path === from || path.startsWith(`${from}/`));
    // Copies are other files: nothing of the original's identity tells that they are the same.
    if (!standing || standing.across) continue;
    const inside = join(basename(standing.at), path.slice(standing.from.length));
    const at = await held.reach({ root: dirname(standing.at), inside });
    const stamp = at === null ? null : await unlessGone(stampOf(at), null);
    const mark = at === null || stamp === null ? null : await unlessGone(markAt(at), null);
    if (stamp !== null && mark !== null && isHash(mark)) hashed.set(path, { stamp, sha256: mark });
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
  await using held = new HeldFolder();
  for (const path of lists) {
    const at = await held.reach({ root, inside: path });
    const stats = at === null ? null : await statsAt(at);
    if (at === null || stats === null) continue;
    const known = hashed.get(path);
    const isKnown = known !== undefined && known.stamp === (await unlessGone(stampOf(at), null));
    const mark = isKnown ? known.sha256 : await markAt(at);
    if (mark?.startsWith(LINK)) entries.push({ path, link: mark.slice(LINK.length) });
    if (mark === null || !isHash(mark)) continue;
    const mode = (stats.mode & 0o7777).toString(8).padStart(4, "0");
    entries.push({ path, sha256: mark as Sha256, mode });
  }
  return entries;
}

function isHash(mark: string): boolean {
  return mark !== FOLDER && mark !== OTHER && !mark.startsWith(LINK);
}

/** The same for a file as long as nobody has changed it: no program can set a file's ctime. */
async function stampOf(path: string): Promise<string | null> {
  const stats = await lstat(path, { bigint: true });
  return stats.isFile() ? `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}` : null;
}
