import { createHash } from "node:crypto";
import type { Stats } from "node:fs";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** Path → all that a change would show in: kind, mode, owner, time of the last change, and what is in it. */
export type ChangedFiles = Record<string, string>;

/**
 * What is in a layer of a disk, by the paths it has on the whole disk. A folder that is as in the layer below is only
 * there because something in it isn't.
 */
export async function filesIn(layer: string, layerBelow: string | null): Promise<ChangedFiles> {
  const found: ChangedFiles = {};
  const visit = async (path: string): Promise<void> => {
    for (const name of await readdir(join(layer, path))) {
      const below = `${path}/${name}`;
      const there = await lstat(join(layer, below));
      const said = await describe(join(layer, below), there);
      if (!there.isDirectory() || layerBelow === null || said !== (await describeAt(join(layerBelow, below)))) {
        found[below] = said;
      }
      if (there.isDirectory()) await visit(below);
    }
  };
  await visit("");
  return found;
}

/** What differs between two looks, as `+ path`, `- path` or `~ path`. */
export function differences(before: ChangedFiles, after: ChangedFiles): string[] {
  const paths = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return paths.flatMap((path) => {
    if (before[path] === after[path]) return [];
    const sign = before[path] === undefined ? "+" : after[path] === undefined ? "-" : "~";
    return [`${sign} ${path}`];
  });
}

async function describeAt(path: string): Promise<string | null> {
  const there = await lstat(path).catch(() => null);
  return there?.isDirectory() ? describe(path, there) : null;
}

async function describe(path: string, there: Stats): Promise<string> {
  const rights = `${(there.mode & 0o7777).toString(8)} ${there.uid}:${there.gid}`;
  // A folder's time says only that something came or went, which the list says better.
  if (there.isDirectory()) return `folder ${rights}`;
  if (there.isSymbolicLink()) return `link ${rights} ${await readlink(path)}`;
  // How an overlay says that something below it has been removed.
  if (there.isCharacterDevice()) return "removed";
  if (!there.isFile()) return `other ${rights}`;
  const hash = createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
  return `file ${rights} ${there.mtimeMs} ${hash}`;
}
