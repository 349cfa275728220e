import { mkdir, readdir, readlink, realpath, rename, rm, rmdir, symlink, unlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { ensureFolder, isMissing, syncFolder } from "../../store/atomic-file.ts";
import type { Run } from "../../system/types.ts";
import { mirror } from "./adopt-copy.ts";
import type { AdoptedPath } from "./adopt-journal.ts";
import { syncFileSystem } from "./durable.ts";
import { kindAt, replaceLink } from "./layout.ts";
import { isLinkTo, type MappedPath, takenByOther } from "./mapped-paths.ts";
import { setAside } from "./set-aside.ts";

/**
 * Moves what stands at a mapped path into the tree at `root`, and lays the link in its place. May run twice, also after a
 * power cut in the middle: what is there says how far it got. What was made anew at the path meanwhile stays beside it
 * as `*.pawl-old`. Throws UpdateError `not_writable` when somebody else's link or special file has taken the path.
 */
export async function moveIn(path: AdoptedPath, root: string, run: Run): Promise<void> {
  const { at, target } = path;
  const inside = join(root, path.from);
  const isLinked = await isLinkTo(at, target);
  const kind = isLinked ? null : await kindAt(at);
  if (kind === "link" || kind === "other") throw takenByOther(path);
  if (kind !== null) {
    await ensureFolder(dirname(inside));
    const isTaken = (await kindAt(path.across ? asidePath(at) : inside)) !== null;
    if (isTaken) await setAside(at, at);
    else if (path.across) await moveAcross(at, inside, run);
    else await rename(at, inside);
  }
  await anchorOutward(inside, join(await realpath(dirname(at)), basename(at)), join(dirname(root), ".pawl-link"));
  if (!isLinked) await replaceLink(at, target);
  await syncFolder(dirname(at));
}

/** Undoes `moveIn`. May run twice. */
export async function moveOut(path: AdoptedPath, root: string): Promise<void> {
  const { at, target } = path;
  const moved = path.across ? asidePath(at) : join(root, path.from);
  if ((await kindAt(moved)) === null) return;
  if (await isLinkTo(at, target)) await unlink(at);
  if ((await kindAt(at)) !== null) throw takenByOther(path);
  await rename(moved, at);
  await syncFolder(dirname(at));
}

/** Removes the original of what was copied. Only when the copy is on disk and counts. */
export async function removeOriginal({ at, across }: AdoptedPath): Promise<void> {
  if (across) await rm(asidePath(at), { recursive: true, force: true });
}

/**
 * Whether what stands at a path can't simply be renamed into a folder. Tried out: the same file system may be mounted
 * twice, and then looks the same but refuses. Throws when the path's own folder can't be written in.
 */
export async function isAcross({ at }: MappedPath, folder: string): Promise<boolean> {
  const probe = join(dirname(at), `.${basename(at)}.pawl-probe`);
  const moved = join(folder, ".pawl-probe");
  await rmdir(probe).catch(ignoreMissing);
  await mkdir(probe);
  try {
    await rename(probe, moved);
    await rmdir(moved);
    return false;
  } catch (error) {
    await rmdir(probe);
    if (error instanceof Error && "code" in error && error.code === "EXDEV") return true;
    throw error;
  }
}

/** The copy is on the disk before the original gives up its name. */
async function moveAcross(at: string, inside: string, run: Run): Promise<void> {
  await mirror(at, inside);
  await syncFileSystem(dirname(inside), run);
  await rename(at, asidePath(at));
}

/** Links that lead out of the folder by a relative way would lead elsewhere from the tree: they are written out. `made`: a free name outside of all trees. */
async function anchorOutward(inside: string, was: string, made: string, folder = ""): Promise<void> {
  if ((await kindAt(join(inside, folder))) !== "folder") return;
  for (const item of await readdir(join(inside, folder), { withFileTypes: true })) {
    const path = join(folder, item.name);
    if (item.isDirectory()) await anchorOutward(inside, was, made, path);
    if (!item.isSymbolicLink()) continue;
    const link = join(inside, path);
    const text = await readlink(link);
    const target = resolve(was, folder, text);
    if (isAbsolute(text) || target === was || target.startsWith(`${was}/`)) continue;
    await rm(made, { force: true });
    await symlink(target, made);
    await rename(made, link);
  }
}

function asidePath(at: string): string {
  return join(dirname(at), `.${basename(at)}.pawl-adopted`);
}

function ignoreMissing(error: unknown): void {
  if (!isMissing(error)) throw error;
}
