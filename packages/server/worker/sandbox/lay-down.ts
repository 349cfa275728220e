import { randomBytes } from "node:crypto";
import type { Stats } from "node:fs";
import { chmod, chown, lstat, mkdir, rename, writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { BuildError } from "../../builders/types.ts";
import { type Inside, ownLayer } from "./inside.ts";

/**
 * Lays a file into a layer to which no build has written yet: all in it is the pristine tree's or our own, so it takes neither a mount
 * nor a process. Folders get the mode and owner of the tree's, since they are what commands see of both.
 * @throws BuildError build_failed where a link or a file is in the way
 */
export async function layDown(inside: Inside, path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const { tree, ways } = inside;
  const layer = ownLayer(inside);
  const folder = posix.dirname(path);
  let at = "";
  for (const part of folder === "." ? [] : folder.split("/")) {
    at = posix.join(at, part);
    await makeFolder(join(layer, at), await statOf(join(tree, at)), path, ways.user);
  }
  for (const above of [join(tree, path), join(layer, path)]) {
    if ((await statOf(above))?.isDirectory()) throw inTheWay(path);
  }
  const fresh = join(layer, folder, `.pawl-${randomBytes(6).toString("hex")}`);
  await writeFile(fresh, content, { flag: "wx", mode });
  await chmod(fresh, mode);
  if (ways.user) await chown(fresh, ways.user.uid, ways.user.gid);
  await rename(fresh, join(layer, path));
}

async function makeFolder(folder: string, below: Stats | null, path: string, user: Inside["ways"]["user"]) {
  if (below !== null && !below.isDirectory()) throw inTheWay(path);
  const there = await statOf(folder);
  if (there !== null) {
    if (!there.isDirectory()) throw inTheWay(path);
    return;
  }
  await mkdir(folder);
  await chmod(folder, below === null ? 0o755 : below.mode & 0o7777);
  if (user) await chown(folder, below?.uid ?? user.uid, below?.gid ?? user.gid);
}

async function statOf(path: string): Promise<Stats | null> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : null;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

export function inTheWay(path: string): BuildError {
  return new BuildError("build_failed", `There is a link or a file in the way of ${path} in the build's tree.`);
}
