import { mkdir, readlink, realpath, rename, rmdir, unlink } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { ensureFolder } from "../../store/atomic-file.ts";
import type { Run } from "../../system/types.ts";
import { anchorOutward } from "./adopt-anchor.ts";
import { mirror } from "./adopt-copy.ts";
import type { AdoptedPath } from "./adopt-journal.ts";
import { syncFileSystem } from "./durable.ts";
import { kindAt, replaceLink } from "./layout.ts";
import { type MappedPath, takenByOther } from "./mapped-paths.ts";
import { OpenFolder, removeIn, removeWhole } from "./open-folder.ts";
import { setAside } from "./set-aside.ts";

/**
 * Moves what stands at a mapped path into the tree at `root`, and lays the link in its place. May run twice, also after a
 * power cut in the middle: what is there says how far it got. What was made anew at the path meanwhile stays beside it
 * as `*.pawl-old`. Throws UpdateError `not_writable` when somebody else's link or special file has taken the path.
 */
export async function moveIn(path: AdoptedPath, root: string, run: Run): Promise<void> {
  const { at, target } = path;
  const inside = join(root, path.from);
  await using folder = await OpenFolder.made(dirname(at));
  const here = folder.reach(basename(at));
  const isLinked = await isLaid(path, here);
  const kind = isLinked ? null : await kindAt(here);
  if (kind === "link" || kind === "other") throw takenByOther(path);
  if (kind !== null) {
    await ensureFolder(dirname(inside));
    const isTaken = (await kindAt(path.across ? folder.reach(asideName(at)) : inside)) !== null;
    if (isTaken) await setAside(here, here);
    else if (path.across) await moveAcross(path, folder, inside, run);
    else await rename(here, inside);
  }
  await checkMoved(path, here, inside);
  await anchorOutward(inside, join(await realpath(folder.reach(".")), basename(at)), join(dirname(root), ".pawl-link"));
  if (!isLinked) await replaceLink(here, target);
  await folder.sync();
}

/** Undoes `moveIn`. May run twice. */
export async function moveOut(path: AdoptedPath, root: string): Promise<void> {
  const { at } = path;
  await using folder = await OpenFolder.made(dirname(at));
  const here = folder.reach(basename(at));
  const moved = path.across ? folder.reach(asideName(at)) : join(root, path.from);
  if ((await kindAt(moved)) === null) return;
  if (await isLaid(path, here)) await unlink(here);
  if ((await kindAt(here)) !== null) throw takenByOther(path);
  await rename(moved, here);
  await folder.sync();
}

/** Removes the original of what was copied. Only when the copy is on disk and counts. */
export async function removeOriginal({ at, across }: AdoptedPath): Promise<void> {
  if (across) await removeWhole(join(dirname(at), asideName(at)));
}

/**
 * Whether what stands at a path can't simply be renamed into a folder. Tried out: the same file system may be mounted
 * twice, and then looks the same but refuses. Throws when the path's own folder can't be written in.
 */
export async function isAcross({ at }: MappedPath, to: string): Promise<boolean> {
  const probe = `.${basename(at)}.pawl-probe`;
  const moved = join(to, ".pawl-probe");
  await using folder = await OpenFolder.made(dirname(at));
  await removeIn(folder, probe);
  await removeWhole(moved);
  await mkdir(folder.reach(probe));
  try {
    await rename(folder.reach(probe), moved);
  } catch (error) {
    await rmdir(folder.reach(probe));
    if (error instanceof Error && "code" in error && error.code === "EXDEV") return true;
    throw error;
  }
  await removeWhole(moved);
  return false;
}

/** The copy is on the disk before the original gives up its name. */
async function moveAcross({ at }: MappedPath, folder: OpenFolder, inside: string, run: Run): Promise<void> {
  await mirror({ folder, name: basename(at) }, inside);
  await syncFileSystem(dirname(inside), run);
  await rename(folder.reach(basename(at)), folder.reach(asideName(at)));
}

/** What was looked at may have been exchanged for a link in the last moment; what is in the tree can't be any more. */
async function checkMoved(path: AdoptedPath, here: string, inside: string): Promise<void> {
  const kind = await kindAt(inside);
  if (kind !== "link" && kind !== "other") return;
  if (!path.across && (await kindAt(here)) === null) await rename(inside, here);
  throw takenByOther(path);
}

/** Whether Pawl's own link is at a mapped path, which is reached by another name. */
async function isLaid({ at, target }: MappedPath, here: string): Promise<boolean> {
  return (await kindAt(here)) === "link" && resolve(dirname(at), await readlink(here)) === resolve(target);
}

function asideName(at: string): string {
  return `.${basename(at)}.pawl-adopted`;
}
