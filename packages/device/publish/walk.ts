import type { Dirent } from "node:fs";
import { readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { UpdateError } from "../error.ts";

/** What a tree of files holds that a release can hold: regular files and links. Folders follow from the paths. */
export type TreeEntry = { path: string; kind: "file" } | { path: string; kind: "link"; target: string };

/** A manifest takes no more (protocol/manifest.ts). */
const MAX_ENTRIES = 200_000;

/**
 * Everything in a folder, sorted by path, so that the same tree gives the same list. Links are not followed; empty
 * folders don't count. Throws UpdateError `archive_refused` for what has no place in a release: devices, pipes, sockets.
 */
export async function walkTree(dir: string, signal?: AbortSignal): Promise<TreeEntry[]> {
  const isFolder = await stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw new UpdateError("not_found", `${dir} isn't a folder that can be read.`, { path: dir });

  const entries: TreeEntry[] = [];
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    signal?.throwIfAborted();
    for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) folders.push(path);
      else entries.push(await entryOf(dir, path, entry));
    }
    if (entries.length > MAX_ENTRIES) {
      throw new UpdateError("archive_refused", `${dir} holds more than ${MAX_ENTRIES} files.`, { path: dir });
    }
  }
  // By code unit and not by locale, which differs between machines.
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function entryOf(dir: string, path: string, entry: Dirent): Promise<TreeEntry> {
  // Node decodes names leniently; such a one couldn't even be opened.
  if (path.includes("\ufffd")) throw refused(path, "has a name that isn't UTF-8");
  if (entry.isFile()) return { path, kind: "file" };
  if (entry.isSymbolicLink()) return { path, kind: "link", target: await readlink(join(dir, path)) };
  throw refused(path, "is neither a file nor a folder nor a link");
}

function refused(path: string, why: string): UpdateError {
  return new UpdateError("archive_refused", `${path} ${why}.`, { path });
}
