import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../../log/log.ts";
import { CachedFile, type EntryHeader, HEADER_BYTES, headerBytes } from "./cache-entry.ts";

/** Half-written files of dead processes go after this long, in milliseconds: no transfer takes as long. */
const ABANDONED_MS = 6 * 60 * 60_000;
/** Clean-up makes this much of the budget free, so that it isn't needed again at once. */
const TO_FREE = 0.1;

/**
 * Files as upstream sent them, one a file in a folder that several processes may share: everything appears by one rename
 * and goes by one unlink. It only ever saves time: whatever goes wrong with it, a build goes on without.
 */
export class FetchCache {
  readonly #dir: string;
  readonly #budget: number;
  readonly #log: Logger;
  #grown = 0;
  #isBroken = false;
  readonly #writing = new Set<Promise<void>>();

  constructor(dir: string, budget: number, log: Logger) {
    this.#dir = dir;
    this.#budget = budget;
    this.#log = log;
  }

  /** What is there under an address. */
  async find(address: string): Promise<CachedFile | null> {
    return CachedFile.open(join(this.#dir, keyOf(address)));
  }

  async remove(address: string): Promise<void> {
    await rm(join(this.#dir, keyOf(address)), { force: true }).catch((error) => this.#gaveUp(error));
  }

  /** Begins a file; null when nothing can be written here. */
  async begin(address: string): Promise<CacheWriter | null> {
    if (this.#isBroken) return null;
    const path = join(this.#dir, keyOf(address));
    const temp = join(this.#dir, `.${randomBytes(12).toString("hex")}`);
    try {
      await mkdir(this.#dir, { recursive: true, mode: 0o700 });
      const file = await open(temp, "wx", 0o600);
      // The header comes last: until then the file isn't one that counts.
      await file.writeFile(Buffer.alloc(HEADER_BYTES));
      return new CacheWriter({ file, temp, path, gaveUp: (error) => this.#gaveUp(error), added: this.#added });
    } catch (error) {
      this.#gaveUp(error);
      return null;
    }
  }

  /** Waits for what is being written, and keeps the folder within its budget. */
  async finish(): Promise<void> {
    await Promise.all(this.#writing);
    if (this.#grown > 0) await this.#trim().catch((error) => this.#gaveUp(error));
  }

  readonly #added = (bytes: number, done: Promise<void>): void => {
    this.#grown += bytes;
    const kept = done.finally(() => this.#writing.delete(kept));
    this.#writing.add(kept);
  };

  async #trim(): Promise<void> {
    const files = await this.#list();
    let total = files.reduce((sum, { size }) => sum + size, 0);
    const before = Date.now() - ABANDONED_MS;
    const wanted = total > this.#budget ? this.#budget * (1 - TO_FREE) : this.#budget;
    for (const { path, size, time, isTemp } of files.sort((a, b) => a.time - b.time)) {
      if (isTemp ? time > before : total <= wanted) continue;
      await rm(path, { force: true });
      total -= size;
    }
    this.#grown = 0;
  }

  async #list(): Promise<{ path: string; size: number; time: number; isTemp: boolean }[]> {
    const files = [];
    for (const name of await readdir(this.#dir)) {
      const path = join(this.#dir, name);
      // Another process may have removed it.
      const found = await stat(path).catch(() => null);
      if (found?.isFile()) files.push({ path, size: found.size, time: found.mtimeMs, isTemp: name.startsWith(".") });
    }
    return files;
  }

  #gaveUp(error: unknown): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#log.warn(
      { err: error, folder: this.#dir },
      "the cache for packages can't be written; builds go on without it",
    );
  }
}

interface WriterParts {
  file: Awaited<ReturnType<typeof open>>;
  temp: string;
  path: string;
  gaveUp(error: unknown): void;
  added(bytes: number, done: Promise<void>): void;
}

/** A file that is coming. It is there once it is whole, and on the disk. */
export class CacheWriter implements AsyncDisposable {
  readonly #parts: WriterParts;
  #size = 0;
  #state: "writing" | "failed" | "handed over" = "writing";

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Never throws: a file that can't be kept is still sent. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#state !== "writing") return;
    try {
      await this.#parts.file.writeFile(chunk);
      this.#size += chunk.length;
    } catch (error) {
      this.#state = "failed";
      this.#parts.gaveUp(error);
    }
  }

  /** All has come. Nobody needs to wait until the disk has it. */
  keep(validators: Omit<EntryHeader, "size">): void {
    if (this.#state !== "writing") return;
    this.#state = "handed over";
    const { added, gaveUp } = this.#parts;
    const done = this.#publish({ ...validators, size: this.#size }).catch(async (error) => {
      gaveUp(error);
      await this.#discard();
    });
    added(HEADER_BYTES + this.#size, done);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state !== "handed over") await this.#discard();
  }

  async #publish(header: EntryHeader): Promise<void> {
    const { file, temp, path } = this.#parts;
    await file.write(headerBytes(header), 0, HEADER_BYTES, 0);
    // Else a power cut may leave the name with other bytes than these under it.
    await file.sync();
    await file.close();
    await rename(temp, path);
  }

  async #discard(): Promise<void> {
    await this.#parts.file.close().catch(() => undefined);
    await rm(this.#parts.temp, { force: true }).catch(() => undefined);
  }
}

function keyOf(address: string): string {
  return createHash("sha256").update(address).digest("hex");
}
