import type { Stats } from "node:fs";
import { realpath, stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { isMissing } from "../store/atomic-file.ts";
import { type FileSystem, reserveOf } from "./space.ts";

/** The file system that holds a path, or will once the path is there. Null when this user may not look that far. */
export async function fileSystemOf(path: string): Promise<FileSystem | null> {
  try {
    const nearest = await nearestThere(path);
    const real = await realpath(nearest.path);
    const { bsize, blocks, bavail, files, ffree } = await statfs(real);
    return {
      device: nearest.stats.dev,
      mountPoint: await mountPointOf(real, nearest.stats.dev),
      totalBytes: blocks * bsize,
      freeBytes: bavail * bsize,
      blockBytes: bsize,
      freeInodes: files === 0 ? null : ffree,
    };
  } catch (error) {
    if (isNotAllowed(error)) return null;
    throw error;
  }
}

/** Whether no more is free around a path than what an update leaves. No where that can't be known. */
export async function isNearlyFull(path: string): Promise<boolean> {
  const disk = await statfs(path).catch(() => null);
  return disk !== null && disk.bavail * disk.bsize < reserveOf(disk.blocks * disk.bsize);
}

/** The path itself, or the nearest one above it that is there. Links are followed. */
export async function nearestThere(path: string): Promise<{ path: string; stats: Stats }> {
  for (let at = path; ; at = dirname(at)) {
    try {
      return { path: at, stats: await stat(at) };
    } catch (error) {
      if (!isMissing(error) || at === dirname(at)) throw error;
    }
  }
}

/** Whether an error says that this user may not do that. */
export function isNotAllowed(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "EPERM");
}

/** The uppermost folder above a path, without links, that is on the same device. */
async function mountPointOf(path: string, device: number): Promise<string> {
  let at = path;
  while (at !== dirname(at) && (await stat(dirname(at))).dev === device) at = dirname(at);
  return at;
}
