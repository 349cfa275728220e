import type { Stats } from "node:fs";
import { lstat, mkdir, readlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UpdateError } from "../../error.ts";
import { layCopy } from "./copy/lay-copy.ts";
import { markAt } from "./copy/standing.ts";
import { OpenFolder, removeIn } from "./open-folder.ts";
import { unlessGone } from "./shared-link.ts";

/** A file written this shortly before it was copied may have been written again without a newer time, in milliseconds. */
const CLOCK_GRAIN_MS = 2000;

/** A name in a folder that is held open: what is copied may belong to somebody who exchanges names while root reads. */
interface Item {
  folder: OpenFolder;
  name: string;
}

/**
 * Makes `to` what the item is, with modes, owners, times and links; what is the same already stays. `busy`: programs
 * still write in it, and the last word is had later; until then nobody else gets into the folders of the copy.
 * Otherwise every file that is copied is read again and compared.
 *
 * Throws UpdateError `backup_failed` for what can't be copied, and what the system says.
 */
export async function mirror(from: Item, to: string, { busy = false } = {}): Promise<void> {
  await using folder = await OpenFolder.made(dirname(to));
  await mirrorItem(from, { folder, name: basename(to) }, busy);
}

async function mirrorItem(from: Item, to: Item, busy: boolean): Promise<void> {
  const stats = await unlessGone(lstat(at(from)), null);
  // A socket holds nothing once its program has gone.
  if (stats === null || stats.isSocket()) return removeIn(to.folder, to.name);
  if (stats.isDirectory()) return mirrorFolder(from, to, busy);
  if (stats.isFile() || stats.isSymbolicLink()) return mirrorFile(from, to, stats, busy);
  throw refused(
    from,
    "is neither a file nor a folder nor a link, and can't be taken to another file system. Remove it",
  );
}

async function mirrorFolder(from: Item, to: Item, busy: boolean): Promise<void> {
  await using folder = await from.folder.in(from.name);
  if (folder === null) return changed(from, busy);
  await using copy = await takenFolder(to);
  const names = new Set((await folder.entries()).map(({ name }) => name));
  for (const name of names) await mirrorItem({ folder, name }, { folder: copy, name }, busy);
  for (const { name } of await copy.entries()) if (!names.has(name)) await removeIn(copy, name);
  const { uid, gid, mode, atime, mtime } = await folder.stats();
  if (!busy) await copy.give({ uid, gid, mode, times: { atime, mtime } });
}

/** Nobody else's as long as it is written in. */
async function takenFolder(to: Item): Promise<OpenFolder> {
  let copy = await to.folder.in(to.name);
  if (copy === null) {
    await removeIn(to.folder, to.name);
    await mkdir(at(to), { mode: 0o700 });
    copy = await to.folder.in(to.name);
  }
  if (copy === null) throw refused(to, "was taken away while it was written");
  await copy.take();
  return copy;
}

async function mirrorFile(from: Item, to: Item, stats: Stats, busy: boolean): Promise<void> {
  const there = await unlessGone(lstat(at(to)), null);
  if (there && (stats.isSymbolicLink() ? await isSameLink(from, to, there) : isSame(stats, there))) return;
  await removeIn(to.folder, to.name);
  const copy = await layCopy(at(from), at(to));
  if (copy === null) return changed(from, busy);
  if (!busy && (await markAt(at(from))) !== copy.mark) return changed(from, busy);
}

async function isSameLink(from: Item, to: Item, there: Stats): Promise<boolean> {
  return there.isSymbolicLink() && (await readlink(at(from))) === (await readlink(at(to)));
}

/** Only when the original's last change is well before the copy's own: then it can't have been changed unnoticed. */
function isSame(original: Stats, copy: Stats): boolean {
  return (
    copy.isFile() &&
    original.size === copy.size &&
    original.mode === copy.mode &&
    original.uid === copy.uid &&
    original.gid === copy.gid &&
    Math.abs(original.mtimeMs - copy.mtimeMs) < 1 &&
    original.ctimeMs < copy.ctimeMs - CLOCK_GRAIN_MS
  );
}

function at({ folder, name }: Item): string {
  return folder.reach(name);
}

function changed(item: Item, busy: boolean): void {
  if (!busy) throw refused(item, "changed while it was copied. Stop what writes to it");
}

function refused({ folder, name }: Item, why: string): UpdateError {
  const path = join(folder.path, name);
  return new UpdateError("backup_failed", `${path} ${why} and try again.`, { path });
}
