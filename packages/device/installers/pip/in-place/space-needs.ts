import type { Manifest } from "@pawl/protocol";
import { type InstalledDistribution, readRecord } from "../../../python/index.ts";
import type { Need } from "../../types.ts";

/** A build holds the project unpacked, copied, built and packed. */
const COPIES_IN_BUILD = 4;
/** What pip and a build need besides, in bytes and files. */
const BUILD_BYTES = 32 * 1024 ** 2;
const BUILD_INODES = 2000;
/** Python's byte code takes about as much as its text. */
const WITH_BYTE_CODE = 2;

/**
 * The disk space an install takes: to build in, for the backup of what is installed, and in the environment. What else
 * than the project is replaced isn't known yet.
 */
export async function spaceNeeds(
  backupDir: string,
  manifest: Manifest,
  found: InstalledDistribution | null,
): Promise<Need[]> {
  const bytes = manifest.bundle?.unpacked_size ?? 0;
  const inodes = manifest.files.length;
  const recorded = found === null ? [] : ((await readRecord(found.path).catch(() => null)) ?? []);
  const backupBytes = recorded.reduce((sum, { size }) => sum + (size ?? 0), 0);
  // Whether they may be written to is for `stage` to say, which knows the cure.
  const building = { path: backupDir, purpose: "building", writable: false };
  const needs: Need[] = [
    { ...building, bytes: bytes * COPIES_IN_BUILD + BUILD_BYTES, inodes: inodes * COPIES_IN_BUILD + BUILD_INODES },
    { path: backupDir, bytes: backupBytes, inodes: 8, purpose: "the backup", writable: false },
  ];
  if (found === null) return needs;
  const into = { path: found.folder, purpose: "the new files", writable: false };
  return [...needs, { ...into, bytes: bytes * WITH_BYTE_CODE, inodes: inodes * WITH_BYTE_CODE }];
}
