import { link, lstat, readdir, readlink, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ensureFolder } from "../../store/atomic-file.ts";
import { anchoredTarget, anchorLinks } from "./anchored-link.ts";
import { kindAt } from "./layout.ts";
import type { Ownership } from "./ownership.ts";
import { keepOlder, setAside } from "./set-aside.ts";
import { ensureSharedFolder, makeTwinFolder } from "./shared-folder.ts";
import { linkToShared, madeLink, madeLinkToShared, unlessGone } from "./shared-link.ts";

/** How often an app may replace a file while it is being moved. */
const MOST_TRIES = 10;

/**
 * Moves what stands at a path of a tree to the same path in `shared/`, where it is the newest from then on, and links it
 * in its place. A file is there at every moment; a folder is away for the instant between two system calls, because no
 * link can take a folder's name in one. May run twice, also after a power cut in the middle.
 */
export async function moveToShared(tree: string, path: string, ownership: Ownership): Promise<void> {
  const kind = await kindAt(join(tree, path));
  if (kind === null) return;
  await ensureSharedFolder(tree, dirname(path), ownership);
  if (kind === "folder") await moveFolder(tree, path, ownership);
  else if (kind === "link") await moveLink(tree, path, ownership);
  else await moveFile(tree, path, ownership);
}

/** What was written into a folder between its last look and its end: `takeLeft` brings it, now or after a power cut. */
export async function takeLeft(ownership: Ownership): Promise<void> {
  const left = join(ownership.moving, "left");
  await merge(left, ownership.shared, ownership);
  await rm(left, { recursive: true, force: true });
}

/**
 * A second name first, then the link over the first name. Looked at again in between: its app may have replaced it. One
 * that is replaced all the time stays where it is, and is taken when its app has ended (`preserveLate`).
 */
async function moveFile(tree: string, path: string, ownership: Ownership): Promise<void> {
  const at = join(tree, path);
  const shared = join(ownership.shared, path);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (!(await putFile(at, shared, ownership))) return;
    const laid = await madeLinkToShared(tree, path, ownership);
    if (await isSameFile(at, shared)) return rename(laid, at);
  }
}

/** The same text at another place would lead elsewhere: it is written out. */
async function moveLink(tree: string, path: string, ownership: Ownership): Promise<void> {
  const shared = join(ownership.shared, path);
  const target = anchoredTarget(tree, path, await readlink(join(tree, path)), ownership);
  if (!((await kindAt(shared)) === "link" && (await readlink(shared)) === target)) {
    await keepOlder(shared);
    await rename(await madeLink(target, ownership), shared);
  }
  await linkToShared(tree, path, ownership);
}

async function moveFolder(tree: string, path: string, ownership: Ownership): Promise<void> {
  const at = join(tree, path);
  const shared = join(ownership.shared, path);
  await anchorLinks(tree, path, ownership);
  if ((await kindAt(shared)) === "folder") {
    await merge(at, shared, ownership);
    // As deep below `home` as a tree is, so that links in it lead where they led.
    const left = join(ownership.moving, "left", path);
    await ensureFolder(dirname(left));
    await rename(at, left);
    await linkToShared(tree, path, ownership);
    await takeLeft(ownership);
  } else {
    await setAside(shared, shared);
    await rename(at, shared);
    await linkToShared(tree, path, ownership);
  }
}

/** Gives everything in a folder a second name in another one. */
async function merge(folder: string, into: string, ownership: Ownership): Promise<void> {
  for (const item of await unlessGone(readdir(folder, { withFileTypes: true }), [])) {
    const from = join(folder, item.name);
    const to = join(into, item.name);
    // A socket is its program's only while that listens; a link into the very place is ours.
    if (item.isSocket() || (item.isSymbolicLink() && (await isLinkTo(from, to)))) continue;
    if (item.isDirectory()) {
      await makeTwinFolder(from, to, ownership);
      await merge(from, to, ownership);
    } else {
      await putFile(from, to, ownership);
    }
  }
}

/** Gives a file a second name, in one step where another had that name. False when the file has gone. */
async function putFile(from: string, to: string, ownership: Ownership): Promise<boolean> {
  if (await isSameFile(from, to)) return true;
  const next = join(ownership.moving, "file");
  await rm(next, { force: true });
  if (
    !(await unlessGone(
      link(from, next).then(() => true),
      false,
    ))
  )
    return false;
  await keepOlder(to);
  await rename(next, to);
  return true;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([unlessGone(lstat(a), null), unlessGone(lstat(b), null)]);
  return one !== null && other !== null && one.ino === other.ino && one.dev === other.dev;
}

async function isLinkTo(from: string, to: string): Promise<boolean> {
  return resolve(dirname(from), await readlink(from)) === to;
}
