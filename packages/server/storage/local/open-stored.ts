import { constants } from "node:fs";
import { type FileHandle, open, readlink } from "node:fs/promises";
import { isAbsent } from "../trouble.ts";

/** Bytes read at a time: large enough that the disk and not the reading counts, small enough for many readers at once. */
const CHUNK = 256 * 1024;

/**
 * A regular file, opened by a path that has no link in it; null where there is none. That is looked at once it is open, so
 * that nobody can put a link in its place in between.
 */
export async function openStored(path: string): Promise<{ file: FileHandle; size: number } | null> {
  const file = await openFile(path);
  if (file === null) return null;
  try {
    const [stat, opened] = await Promise.all([file.stat(), readlink(`/proc/self/fd/${file.fd}`)]);
    if (stat.isFile() && opened === path) return { file, size: stat.size };
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  return null;
}

/** Its bytes from `start` to before `end`. The file is closed when they were read, and when nobody wants the rest. */
export function streamOf(file: FileHandle, { start, end }: { start: number; end: number }): ReadableStream<Uint8Array> {
  let at = start;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const chunk = await readChunk(file, at, end);
          at += chunk.length;
          if (chunk.length > 0) controller.enqueue(chunk);
          if (at < end) return;
        } catch (error) {
          await file.close();
          throw error;
        }
        await file.close();
        controller.close();
      },
      cancel: () => file.close(),
    },
    // Nothing is read before somebody asks.
    { highWaterMark: 0 },
  );
}

async function readChunk(file: FileHandle, at: number, end: number): Promise<Uint8Array> {
  const length = Math.min(CHUNK, end - at);
  if (length === 0) return new Uint8Array();
  const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, at);
  if (bytesRead === 0) throw new Error("A stored file is shorter than it was.");
  return buffer.subarray(0, bytesRead);
}

async function openFile(path: string): Promise<FileHandle | null> {
  try {
    // Not to wait for whoever writes into a pipe.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}
