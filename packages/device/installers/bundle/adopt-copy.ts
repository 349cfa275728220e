import { constants, type Stats } from "node:fs";
import { chmod, chown, copyFile, lchown, lstat, mkdir, readdir, readlink, rm, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../../error.ts";
import { isMissing } from "../../store/atomic-file.ts";
import { sha256At } from "./edited.ts";
import { unlessGone } from "./shared-link.ts";

/** A file written this shortly before it was copied may have been written again without a newer time, in milliseconds. */
const CLOCK_GRAIN_MS = 2000;

/**
 * Makes `to` what `from` is, with modes, owners, times and links; what is the same already stays. `busy`: programs still
 * write in `from`, and the last word is had later. Otherwise every file that is copied is read again and compared.
 *
 * Throws UpdateError `backup_failed` for what can't be copied, and what the system says.
 */
export async function mirror(from: string, to: string, { busy = false } = {}): Promise<void> {
  const stats = await unlessGone(lstat(from), null);
  // A socket holds nothing once its program has gone.
  if (stats === null || stats.isSocket()) return rm(to, { recursive: true, force: true });
  if (stats.isDirectory()) return mirrorFolder(from, to, stats, busy);
  if (stats.isSymbolicLink()) return mirrorLink(from, to, stats);
  if (stats.isFile()) return mirrorFile(from, to, stats, busy);
  const why = "is neither a file nor a folder nor a link, and can't be taken to another file system";
  throw new UpdateError("backup_failed", `${from} ${why}. Remove it and try again.`, { path: from });
}

async function mirrorFolder(from: string, to: string, stats: Stats, busy: boolean): Promise<void> {
  const there = await unlessGone(lstat(to), null);
  if (!there?.isDirectory()) {
    await rm(to, { force: true });
    await mkdir(to, { mode: 0o700 });
  }
  const names = new Set(await unlessGone(readdir(from), []));
  for (const name of names) await mirror(join(from, name), join(to, name), { busy });
  for (const name of await readdir(to)) {
    if (!names.has(name)) await rm(join(to, name), { recursive: true, force: true });
  }
  await give(to, stats);
}

async function mirrorLink(from: string, to: string, stats: Stats): Promise<void> {
  const text = await readlink(from);
  const there = await unlessGone(lstat(to), null);
  if (there?.isSymbolicLink() && (await readlink(to)) === text) return;
  await rm(to, { recursive: true, force: true });
  await symlink(text, to);
  await lchown(to, stats.uid, stats.gid);
}

async function mirrorFile(from: string, to: string, stats: Stats, busy: boolean): Promise<void> {
  const there = await unlessGone(lstat(to), null);
  if (there && isSame(stats, there)) return;
  await rm(to, { recursive: true, force: true });
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL);
  } catch (error) {
    if (busy && isMissing(error)) return;
    throw error;
  }
  if (!busy && (await sha256At(from)) !== (await sha256At(to))) {
    const why = "changed while it was copied. Stop what writes to it and try again";
    throw new UpdateError("backup_failed", `${from} ${why}.`, { path: from });
  }
  await give(to, stats);
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

/** The mode after the owner: a change of owner clears its setuid bit. */
async function give(path: string, { uid, gid, mode, atime, mtime }: Stats): Promise<void> {
  await chown(path, uid, gid);
  await chmod(path, mode & 0o7777);
  await utimes(path, atime, mtime);
}
