import { type FileHandle, open } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { bootId } from "@pawl/device/process-identity";
import * as z from "zod";

/** What a file is asked for by the next time. */
export interface EntryValidators {
  etag: string | null;
  /** As upstream wrote it. */
  lastModified: string | null;
}

/** What is known of a file besides its bytes. */
const EntryHeader = z.object({
  /** Of the body, in bytes. */
  size: z.number(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  /** Of the body. What a power cut can make of a file it finds; whoever asked compares with what the index says. */
  crc32: z.int(),
  /** When it was written: nobody waits for the disk to have it, so in any later boot its bytes are looked at first. */
  boot: z.string(),
});
export type EntryHeader = z.infer<typeof EntryHeader>;

/**
 * One file of the cache: a line of JSON, filled up to this many bytes, and the body after it. So there is one name to
 * rename and one to remove, and what was open before it was replaced is still whole.
 */
export const HEADER_BYTES = 1_024;
const PIECE_BYTES = 256 * 1024;

/** An entry that is open: whatever happens to its name meanwhile, it can be read. */
export class CachedFile implements AsyncDisposable {
  readonly header: EntryHeader;
  /** When upstream last said that it is so, in milliseconds since 1970. */
  readonly confirmedAt: number;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, header: EntryHeader, confirmedAt: number) {
    this.#file = file;
    this.header = header;
    this.confirmedAt = confirmedAt;
  }

  /** Null where there is none, or what is there isn't whole. */
  static async open(path: string): Promise<CachedFile | null> {
    let file: FileHandle;
    try {
      file = await open(path, "r");
    } catch {
      return null;
    }
    const known = await describe(file).catch(() => null);
    const entry = known && new CachedFile(file, known.header, known.confirmedAt);
    if (entry && (entry.header.boot === bootId() || (await entry.#isIntact()))) return entry;
    await file.close();
    return null;
  }

  /** @throws when there is less of it than there was */
  async *body(): AsyncGenerator<Buffer> {
    const { size } = this.header;
    for (let at = 0; at < size; ) {
      const { buffer, bytesRead } = await this.#file.read({
        buffer: Buffer.allocUnsafe(Math.min(PIECE_BYTES, size - at)),
        position: HEADER_BYTES + at,
      });
      if (bytesRead === 0) throw new Error("a file of the cache has become shorter");
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  }

  /** Upstream said so again, just now. It is also what clean-up goes by. */
  async confirm(now: Date): Promise<void> {
    await this.#file.utimes(now, now).catch(() => undefined);
  }

  async #isIntact(): Promise<boolean> {
    let sum = 0;
    for await (const piece of this.body()) sum = crc32(piece, sum);
    return sum === this.header.crc32;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

export function headerBytes(header: EntryHeader): Buffer {
  const text = JSON.stringify(header);
  if (Buffer.byteLength(text) >= HEADER_BYTES) throw new RangeError("validators are too long for the cache");
  return Buffer.concat([Buffer.from(text)], HEADER_BYTES);
}

async function describe(file: FileHandle): Promise<{ header: EntryHeader; confirmedAt: number } | null> {
  const { buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
  const { size: length, mtimeMs } = await file.stat();
  const header = EntryHeader.parse(JSON.parse(buffer.toString("utf8").replace(/\0+$/, "")));
  return length === HEADER_BYTES + header.size ? { header, confirmedAt: mtimeMs } : null;
}
