import { createHash, type Hash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { isMissing } from "../store/atomic-file.ts";

const CHUNK_BYTES = 1024 * 1024;

/** The running sha256 over all of a file, from its beginning. `onBytes` hears how many bytes are done. Throws the signal's reason. */
export async function hashOf(file: FileHandle, signal: AbortSignal, onBytes?: (done: number) => void): Promise<Hash> {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let done = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, chunk.length, done);
    if (bytesRead === 0) return hash;
    hash.update(chunk.subarray(0, bytesRead));
    done += bytesRead;
    onBytes?.(done);
  }
}

/** Whether a file is there already, whole and unchanged. */
export async function isThere(
  { to, size, sha256 }: { to: string; size: number | null; sha256: string | null },
  signal: AbortSignal,
): Promise<boolean> {
  if (size === null || sha256 === null) return false;
  const file = await open(to, "r").catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (!file) return false;
  try {
    return (await file.stat()).size === size && (await hashOf(file, signal)).digest("hex") === sha256;
  } finally {
    await file.close();
  }
}
