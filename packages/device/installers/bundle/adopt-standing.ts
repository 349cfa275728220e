import { lstat, readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { UpdateError } from "../../error.ts";
import type { Need } from "../types.ts";
import { mountPointsIn } from "./adopt-mounts.ts";
import { kindAt, type Layout } from "./layout.ts";
import type { MappedPath } from "./mapped-paths.ts";

/**
 * The mapped paths at which a real file or folder stands, which can become a part of the first release. What can't be
 * moved is refused with UpdateError `not_writable`; links and special files are left to the check of the links. Reads only.
 */
export async function standingPaths(layout: Layout, mapped: readonly MappedPath[]): Promise<MappedPath[]> {
  const standing: MappedPath[] = [];
  for (const path of mapped) {
    const kind = await kindAt(path.at);
    if (kind !== "file" && kind !== "folder") continue;
    if (path.from === "" && kind === "file") throw refused(path.at, "is a file, and the whole release belongs there");
    const [mount] = await mountPointsIn(path.at);
    if (mount !== undefined) {
      throw refused(path.at, mount === path.at ? "is a mount point" : `has the mount point ${mount} in it`);
    }
    if (isIn(resolve(layout.home), path.at)) throw refused(path.at, `holds ${layout.home}, Pawl's own folder`);
    const other = standing.find((one) => overlap(one.at, path.at) || overlap(one.from, path.from));
    if (other) throw refused(path.at, `overlaps with ${other.at}`);
    standing.push(path);
  }
  return standing;
}

/** The room their copies take, for those on another file system than the trees. What can't be read isn't counted. */
export async function standingNeeds(layout: Layout, mapped: readonly MappedPath[]): Promise<Need[]> {
  const needs: Need[] = [];
  const home = await deviceOf(layout.home);
  for (const { at } of mapped) {
    const kind = await kindAt(at).catch(() => null);
    if (kind !== "file" && kind !== "folder") continue;
    needs.push({ path: dirname(at), bytes: 0, inodes: 1, purpose: `the link at ${at}`, writable: true });
    if ((await deviceOf(at)) === home) continue;
    const { bytes, inodes } = await measure(at);
    needs.push({ path: layout.home, bytes, inodes, purpose: `taking over ${at}`, writable: true });
  }
  return needs;
}

async function measure(path: string): Promise<{ bytes: number; inodes: number }> {
  const stats = await lstat(path).catch(() => null);
  const sum = { bytes: stats?.isFile() ? stats.size : 0, inodes: 1 };
  if (!stats?.isDirectory()) return sum;
  for (const name of await readdir(path).catch(() => [])) {
    const { bytes, inodes } = await measure(join(path, name));
    sum.bytes += bytes;
    sum.inodes += inodes;
  }
  return sum;
}

/** Of the path itself or, when it isn't there, of the nearest folder above it. */
async function deviceOf(path: string): Promise<number> {
  try {
    return (await stat(path)).dev;
  } catch (error) {
    if (dirname(path) === path) throw error;
    return deviceOf(dirname(path));
  }
}

function overlap(a: string, b: string): boolean {
  return isIn(a, b) || isIn(b, a);
}

/** Whether a path is a folder or lies in it. `""` holds every path of a release. */
function isIn(path: string, folder: string): boolean {
  return path === folder || folder === "" || path.startsWith(`${folder}/`);
}

function refused(at: string, why: string): UpdateError {
  const message = `${at} ${why}, so Pawl can't make it a part of the first release. Move it away, or choose another path under install.bundle.map.`;
  return new UpdateError("not_writable", message, { path: at });
}
