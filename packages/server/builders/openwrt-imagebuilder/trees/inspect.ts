import type { Stats } from "node:fs";
import { lstat, opendir, readlink } from "node:fs/promises";
import { join, posix } from "node:path";
import { UnpackError } from "./unpack-error.ts";

/** More than any ImageBuilder has by far. */
const MOST_FILES = 500_000;
/** As many files are looked at at once. */
const AT_ONCE = 16;

/**
 * Looks at all that was unpacked: nothing but files, folders and links that stay inside, and that it is an ImageBuilder.
 *
 * @returns the bytes it takes on the disk
 * @throws UnpackError `suspicious`, `no_imagebuilder`
 */
export async function inspect(tree: string, signal: AbortSignal): Promise<number> {
  let bytes = 0;
  let files = 0;
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal.throwIfAborted();
    const paths = [];
    for await (const { name } of await opendir(join(tree, folder)))
      paths.push(folder === "" ? name : `${folder}/${name}`);
    files += paths.length;
    if (files > MOST_FILES) throw new UnpackError("suspicious", `it has more than ${MOST_FILES} files`);
    for (let at = 0; at < paths.length; at += AT_ONCE) {
      const looked = await Promise.all(paths.slice(at, at + AT_ONCE).map((path) => look(tree, path)));
      for (const { path, found } of looked) {
        bytes += found.blocks * 512;
        if (found.isDirectory()) folders.push(path);
      }
    }
  }
  await checkKind(tree);
  return bytes;
}

async function look(tree: string, path: string): Promise<{ path: string; found: Stats }> {
  const found = await lstat(join(tree, path));
  const refuse = (why: string) => new UnpackError("suspicious", `${JSON.stringify(path.slice(-100))} ${why}`);
  if (found.isSymbolicLink()) {
    const target = await readlink(join(tree, path));
    if (!staysInside(path, target)) throw refuse("is a link that leads out of it");
  } else if (!found.isFile() && !found.isDirectory()) {
    throw refuse("is neither a file nor a folder");
  } else if ((found.mode & 0o6000) !== 0) {
    throw refuse("runs as another user");
  }
  return { path, found };
}

/**
 * Real archives have links to the host's own tools (`/usr/bin/python3`, or a path of the build farm) among theirs, in
 * `staging_dir/host`: make looks at them anew. All others stay inside. A way up after a way down could lead through another
 * link to anywhere, and no real one is written so.
 */
function staysInside(path: string, target: string): boolean {
  if (target.startsWith("/")) return path.startsWith("staging_dir/host/");
  const [, down = ""] = /^(?:\.\.?(?:\/+|$))*(.*)$/s.exec(target) ?? [];
  if (down.split("/").includes("..")) return false;
  return !posix.join(posix.dirname(path), target).startsWith("..");
}

/** imagebuilder.md §2. Plain files, as they are read and rewritten by us. */
async function checkKind(tree: string): Promise<void> {
  const isFile = async (name: string) => (await lstat(join(tree, name)).catch(() => null))?.isFile() === true;
  const hasFeeds = (await isFile("repositories.conf")) || (await isFile("repositories"));
  if (hasFeeds && (await isFile("Makefile"))) return;
  throw new UnpackError("no_imagebuilder", "there is no Makefile with repositories in it");
}
