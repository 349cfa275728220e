import { UpdateError } from "../../error.ts";
import type { Run } from "../../system/types.ts";

/** A slow card may have hundreds of megabytes still to write. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * Waits until everything written to the file system that holds `dir` is on the disk (`sync -f`, syncfs(2)): one call for
 * a whole tree, where an fsync of every file and folder would take many times as long.
 * Throws UpdateError `unpack_failed`, or the signal's reason.
 */
export async function syncFileSystem(dir: string, run: Run, signal?: AbortSignal): Promise<void> {
  const result = await run(["sync", "-f", dir], { timeoutMs: TIMEOUT_MS, signal }).catch((error) => {
    signal?.throwIfAborted();
    throw unsafe(dir, error instanceof Error ? error.message : String(error), error);
  });
  signal?.throwIfAborted();
  if (result.timedOut) throw unsafe(dir, `sync -f took longer than ${TIMEOUT_MS / 60_000} minutes`);
  if (result.code !== 0)
    throw unsafe(dir, result.stderr.trim() || `sync -f ended with ${result.code ?? result.signal}`);
}

function unsafe(path: string, detail: string, cause?: unknown): UpdateError {
  const message = `The files in ${path} could not be written safely to the disk. Check the disk for errors and try again.`;
  return new UpdateError("unpack_failed", message, { path, detail, cause });
}
