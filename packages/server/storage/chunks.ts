import type { FileHandle } from "node:fs/promises";

export const CHUNK_BYTES = 1024 * 1024;

/**
 * An open file from where it is to its end. The same memory for each chunk, used up before the next is read: with new memory for each,
 * V8 looks through all that it holds every few megabytes.
 */
export async function* chunksOf(file: FileHandle, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
  }
}
