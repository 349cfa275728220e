import { createHash } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, open, readlink } from "node:fs/promises";
import type { ManifestEntry } from "@pawl/protocol";
import { isMissing } from "../../../store/atomic-file.ts";

/** What a file says or where a link leads, in one string: the sha256 in hexadecimal, or `-> ` and the link's text. */
export type Mark = string;

/** Neither is ever replaced or removed. */
export const FOLDER: Mark = "a folder";
export const OTHER: Mark = "a device, a pipe or a socket";

const CHUNK_BYTES = 256 * 1024;
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;

/** What a release has at a path. */
export function markOf(entry: ManifestEntry): Mark {
  return "link" in entry ? linkMark(entry.link) : entry.sha256;
}

/** What stands at a path, links not followed; null when nothing does. */
export async function markAt(path: string, signal?: AbortSignal): Promise<Mark | null> {
  const stats = await statsAt(path);
  if (stats === null) return null;
  if (stats.isDirectory()) return FOLDER;
  if (stats.isSymbolicLink()) return linkMark(await readlink(path));
  if (!stats.isFile()) return OTHER;
  await using file = await OpenFile.at(path);
  if (file === null) return OTHER;
  const hash = createHash("sha256");
  for await (const chunk of file.chunks()) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash.digest("hex");
}

export async function statsAt(path: string): Promise<Stats | null> {
  return lstat(path).catch((error) => {
    if (isMissing(error)) return null;
    throw error;
  });
}

export function linkMark(text: string): Mark {
  return `-> ${text}`;
}

/** A regular file open for reading. Neither a link nor a pipe that takes its name at the last moment gets anywhere. */
export class OpenFile implements AsyncDisposable {
  readonly #handle: FileHandle;
  readonly stats: Stats;

  private constructor(handle: FileHandle, stats: Stats) {
    this.#handle = handle;
    this.stats = stats;
  }

  /** Null when there is no regular file. */
  static async at(path: string): Promise<OpenFile | null> {
    let handle: FileHandle;
    try {
      handle = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    } catch (error) {
      if (isMissing(error) || (error instanceof Error && "code" in error && /ELOOP|ENXIO/.test(`${error.code}`)))
        return null;
      throw error;
    }
    const stats = await handle.stat();
    if (stats.isFile()) return new OpenFile(handle, stats);
    await handle.close();
    return null;
  }

  /** Each chunk is only good until the next one. */
  async *chunks(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await this.#handle.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
