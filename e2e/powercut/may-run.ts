import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDisk } from "./disk.ts";

/** Whether this machine lets one mount a disk image in a namespace, and has what traces system calls. */
export function mayRun(): boolean {
  if (process.geteuid?.() !== 0) return false;
  if (spawnSync("strace", ["-o", "/dev/null", "true"]).status !== 0) return false;
  const dir = mkdtempSync(join(tmpdir(), "pawl-may-mount-"));
  try {
    const image = join(dir, "disk.img");
    const at = join(dir, "at");
    mkdirSync(at);
    makeDisk(image);
    return spawnSync("unshare", ["--mount", "--pid", "--fork", "mount", "-o", "loop", image, at]).status === 0;
  } catch {
    // Without mkfs.ext4, for instance.
    return false;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
