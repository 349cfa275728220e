import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

const CONTENT = ".pack";
const INDEX = ".pack.json";

/** What is many and small, and only ever fetched whole. */
export const PACKED = /\.(ipk|apk|bin|itb|ubi|img\.gz)$/;

interface Place {
  offset: number;
  size: number;
  time: number;
}

/** Thousands of small files as one: where making files is slow, a tree of packages would take longer than a test. */
export class PackWriter {
  readonly #places: Record<string, Place> = {};
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  put(path: string, bytes: Uint8Array, time: number): void {
    this.#places[path] = { offset: this.#length, size: bytes.length, time };
    this.#parts.push(bytes);
    this.#length += bytes.length;
  }

  write(root: string): void {
    writeFileSync(join(root, CONTENT), Buffer.concat(this.#parts));
    writeFileSync(join(root, INDEX), JSON.stringify(this.#places));
  }
}

/** The packed files of a tree; none, where nothing is packed. */
export class Pack {
  readonly #content: string;
  readonly #places: ReadonlyMap<string, Place>;

  constructor(root: string) {
    this.#content = join(root, CONTENT);
    const index = join(root, INDEX);
    this.#places = new Map(existsSync(index) ? Object.entries(JSON.parse(readFileSync(index, "utf8"))) : []);
  }

  find(path: string): { size: number; time: number; read(): Promise<Buffer> } | null {
    const place = this.#places.get(path);
    return place ? { size: place.size, time: place.time, read: () => this.#read(place) } : null;
  }

  paths(): Iterable<string> {
    return this.#places.keys();
  }

  async #read({ offset, size }: Place): Promise<Buffer> {
    const file = await open(this.#content);
    try {
      const bytes = Buffer.alloc(size);
      await file.read(bytes, 0, size, offset);
      return bytes;
    } finally {
      await file.close();
    }
  }
}
