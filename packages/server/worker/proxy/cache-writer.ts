import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { bootId } from "@pawl/device/process-identity";
import { type EntryHeader, type EntryValidators, HEADER_BYTES, headerBytes } from "./cache-entry.ts";

export interface WriterParts {
  dir: string;
  name: string;
  /** Nothing can be written there. */
  gaveUp(error: unknown): void;
  /** So many bytes more, once `done`. */
  added(bytes: number, done: Promise<void>): void;
}

/** So much is held in memory: nobody waits for the disk because of a small file. */
const IN_MEMORY = 1024 * 1024;

/** A file that is coming. It is in the cache once it is whole. */
export class CacheWriter implements AsyncDisposable {
  readonly #parts: WriterParts;
  readonly #temp: string;
  #file: FileHandle | null = null;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #size = 0;
  #crc32 = 0;
  #state: "writing" | "failed" | "handed over" = "writing";

  constructor(parts: WriterParts) {
    this.#parts = parts;
    this.#temp = join(parts.dir, `.${randomBytes(12).toString("hex")}`);
  }

  /** Never throws: a file that can't be kept is still sent. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#state !== "writing") return;
    this.#crc32 = crc32(chunk, this.#crc32);
    this.#size += chunk.length;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes < IN_MEMORY) return;
    await this.#flush().catch((error) => {
      this.#state = "failed";
      this.#parts.gaveUp(error);
    });
  }

  /** All has come. */
  keep(validators: EntryValidators): void {
    if (this.#state !== "writing") return;
    this.#state = "handed over";
    const { added, gaveUp } = this.#parts;
    const header = { ...validators, size: this.#size, crc32: this.#crc32, boot: bootId() };
    const done = this.#publish(header).catch(async (error) => {
      gaveUp(error);
      await this.#discard();
    });
    added(HEADER_BYTES + this.#size, done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== "handed over") await this.#discard();
  }

  async #publish(header: EntryHeader): Promise<void> {
    const file = await this.#flush();
    await file.write(headerBytes(header), 0, HEADER_BYTES, 0);
    await file.close();
    await rename(this.#temp, join(this.#parts.dir, this.#parts.name));
  }

  /** Piece by piece: one buffer for all would be as much memory again, which V8 looks through all of its heap for, every few megabytes. */
  async #flush(): Promise<FileHandle> {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#file) {
      await this.#file.writeFile(pieces);
      return this.#file;
    }
    await mkdir(this.#parts.dir, { recursive: true, mode: 0o700 });
    this.#file = await open(this.#temp, "wx", 0o600);
    // The header comes last: until then the file isn't one that counts.
    await this.#file.writeFile([Buffer.alloc(HEADER_BYTES), ...pieces]);
    return this.#file;
  }

  async #discard(): Promise<void> {
    if (!this.#file) return;
    await this.#file.close().catch(() => undefined);
    await rm(this.#temp, { force: true }).catch(() => undefined);
  }
}
