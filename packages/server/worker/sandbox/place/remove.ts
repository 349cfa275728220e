import { lstat } from "node:fs/promises";
import { quick } from "../quick.ts";

/** A million files on a slow disk. */
const TIMEOUT_MS = 300_000;

/**
 * Removes a folder with everything a build may have put there: folders that nobody may enter, paths longer than any path may be.
 * Not for one in which anything is still at work.
 * @returns why it is still there, or null
 */
export async function removeTree(path: string, signal: AbortSignal): Promise<string | null> {
  // rm(1) goes down folder by folder, where a path of Node's own could be too long.
  const rm = ["rm", "-rf", "--one-file-system", "--", path];
  let { code, stderr } = await quick(rm, { timeoutMs: TIMEOUT_MS, signal });
  if (code !== 0 && process.geteuid?.() !== 0) {
    // Our own, but with modes that keep us out (an overlay's work folder has none at all), though not the root of a namespace of ours.
    ({ code, stderr } = await quick(["unshare", "--user", "--map-root-user", ...rm], {
      timeoutMs: TIMEOUT_MS,
      signal,
    }));
  }
  if (code !== 0 && process.geteuid?.() !== 0) {
    // find(1) enters a folder after it has seen to it.
    const open = ["find", path, "-type", "d", "!", "-perm", "-700", "-exec", "chmod", "u+rwx", "--", "{}", ";"];
    await quick(open, { timeoutMs: TIMEOUT_MS, signal });
    ({ code, stderr } = await quick(rm, { timeoutMs: TIMEOUT_MS, signal }));
  }
  if (code === 0) return null;
  return (await lstat(path).catch(() => null)) === null ? null : stderr || `rm ended with ${code}`;
}
