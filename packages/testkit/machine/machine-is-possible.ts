import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { holderArgv } from "./holder.ts";

/** What of Debian a machine consists of: the file, and the package it comes with. */
const PARTS = [
  ["/lib/systemd/systemd", "systemd"],
  ["/usr/bin/dbus-daemon", "dbus"],
  ["/usr/lib/polkit-1/polkitd", "polkitd"],
  ["/usr/bin/nsenter", "util-linux"],
] as const;

/**
 * Why no machine can be booted here; null when one can: `test.skipIf(whyNoMachine)`. With CI set it is always null, since
 * there a test that is skipped is a test that fails.
 */
export function machineIsPossible(): string | null {
  if (process.env.CI) return null;
  if (process.platform !== "linux") return "it needs Linux";
  if (process.getuid?.() !== 0) return "it needs root";
  for (const [path, name] of PARTS) if (!existsSync(path)) return `${name} isn't installed`;
  // All that needs rights, once, with nothing left behind.
  const dir = mkdtempSync(join(tmpdir(), "pawl-machine-"));
  const { status, stderr } = spawnSync("unshare", holderArgv(dir), { input: "", encoding: "utf8", timeout: 10_000 });
  return status === 0 ? null : `namespaces or mounts aren't allowed here: ${stderr.trim()}`;
}
