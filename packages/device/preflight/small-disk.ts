import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface SmallDiskOptions {
  bytes?: number;
  /** Files and folders. */
  inodes?: number;
  readOnly?: boolean;
}

/** A real file system as small as a test wants it, in memory. Takes root; see `smallDisksWork`. */
export class SmallDisk implements Disposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Mounts one on a folder, which is made if need be. */
  static on(path: string, { bytes = 2 * 1024 * 1024, inodes = 1000, readOnly = false }: SmallDiskOptions = {}) {
    mkdirSync(path, { recursive: true });
    const options = `size=${bytes},nr_inodes=${inodes},mode=755,${readOnly ? "ro" : "rw"}`;
    const { status, stderr } = spawnSync("mount", ["-t", "tmpfs", "-o", options, "pawl-test", path]);
    if (status !== 0) throw new Error(`No file system could be mounted on ${path}: ${stderr}`);
    return new SmallDisk(path);
  }

  [Symbol.dispose](): void {
    // Lazily: what a test that failed still has open must not keep it.
    spawnSync("umount", ["-l", this.path]);
  }
}

/** Why tests that need one can be passed over; false where everything has to be proven. */
export const noSmallDisks = !smallDisksWork() && process.env.CI !== "true";

function smallDisksWork(): boolean {
  if (process.getuid?.() !== 0) return false;
  const path = mkdtempSync(join(tmpdir(), "pawl-disk-"));
  try {
    using _disk = SmallDisk.on(path);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(path);
  }
}
