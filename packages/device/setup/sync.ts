import { UpdateError } from "../error.ts";
import { lastWords } from "../system/services/words.ts";
import { at } from "./ground.ts";
import type { Ground } from "./types.ts";

/** A slow card may have much to write of what others have left. */
const WITHIN_MS = 5 * 60_000;

/**
 * Waits until the file system of `/etc` is on the disk: what other programs have written there, such as the accounts and
 * the links by which units are enabled, they don't wait for. Throws UpdateError `not_writable`.
 */
export async function untilOnDisk(ground: Ground, signal: AbortSignal): Promise<void> {
  const options = { timeoutMs: WITHIN_MS, signal };
  let result = await ground.run(["sync", "-f", at(ground, "/etc")], options);
  // A small one knows no single file systems.
  if (result.code !== 0 && !result.timedOut) result = await ground.run(["sync"], options);
  if (result.code === 0) return;
  const detail = lastWords(result, WITHIN_MS);
  throw new UpdateError("not_writable", "All is done, but it isn't known to be on the disk. Run this again.", {
    detail,
  });
}
