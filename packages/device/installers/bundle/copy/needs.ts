import { lstat, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Manifest } from "@pawl/protocol";
import type { Need } from "../../types.ts";
import { plannedTree } from "../tree.ts";
import { type Place, pathOf } from "./place.ts";

/**
 * The disk space an update takes: unpacked, as a backup of what stands in place, and once more beside its places. A
 * manifest doesn't state each file's size: where places lie on several file systems, each gets what it has now, and the
 * one with most files the rest.
 */
export async function copyNeeds(
  backupDir: string,
  manifest: Manifest,
  places: ReadonlyMap<string, Place>,
  replaced: Iterable<Place>,
): Promise<Need[]> {
  const bytes = manifest.bundle?.unpacked_size ?? 0;
  const inodes = plannedTree(manifest).folders.size + manifest.files.length + 4;
  let backupBytes = 0;
  let backupInodes = 0;
  for (const place of replaced) {
    const size = await sizeAt(pathOf(place));
    backupBytes += size ?? 0;
    if (size !== null) backupInodes++;
  }
  const beside = new Map<number | null, { path: string; bytes: number; inodes: number }>();
  for (const place of places.values()) {
    const { path, dev } = await folderOf(place);
    const need = beside.get(dev) ?? { path, bytes: 0, inodes: 0 };
    need.bytes += (await sizeAt(pathOf(place))) ?? 0;
    need.inodes++;
    beside.set(dev, need);
  }
  const most = [...beside.values()].sort((a, b) => b.inodes - a.inodes)[0];
  const others = [...beside.values()].reduce((sum, need) => sum + (need === most ? 0 : need.bytes), 0);
  if (most) most.bytes = Math.max(0, bytes - others);
  return [
    { path: backupDir, bytes, inodes, purpose: "unpacking", writable: true },
    { path: backupDir, bytes: backupBytes, inodes: backupInodes, purpose: "the backup", writable: true },
    ...[...beside.values()].map((need) => ({ ...need, purpose: "the new files", writable: true })),
  ];
}

/** The nearest folder that is there and its file system. Places this process may not see count as one. */
async function folderOf(place: Place): Promise<{ path: string; dev: number | null }> {
  for (let path = dirname(pathOf(place)); ; path = dirname(path)) {
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory() || path === "/") return { path, dev: found?.dev ?? null };
  }
}

async function sizeAt(path: string): Promise<number | null> {
  const stats = await lstat(path).catch(() => null);
  return stats?.isFile() ? stats.size : null;
}
