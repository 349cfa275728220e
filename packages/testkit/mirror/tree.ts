import { closeSync, futimesSync, mkdirSync, openSync, symlinkSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { PACKED, PackWriter } from "./pack.ts";

/** Where a mirror's files go. Paths are below its root, without slashes at their ends. */
export interface Tree {
  /** `time` is the file's, in seconds since 1970. */
  put(path: string, bytes: Uint8Array | string, time: number): void;
  /** `path` is another name of the folder `target`. */
  link(path: string, target: string): void;
}

/** A tree on disk: indexes and documents as files, packages and images packed into one. Whole after `finish`. */
export class DiskTree implements Tree {
  readonly #root: string;
  readonly #folders = new Set<string>();
  readonly #pack = new PackWriter();

  constructor(root: string) {
    this.#root = root;
  }

  put(path: string, bytes: Uint8Array | string, time: number): void {
    const content = Buffer.from(bytes);
    if (PACKED.test(path)) this.#pack.put(path, content, time);
    else this.#write(path, content, time);
  }

  link(path: string, target: string): void {
    this.#folder(dirname(path));
    const up = dirname(path)
      .split("/")
      .map(() => "..")
      .join("/");
    symlinkSync(join(up, target), join(this.#root, path));
  }

  finish(): void {
    this.#pack.write(this.#root);
  }

  #write(path: string, content: Buffer, time: number): void {
    this.#folder(dirname(path));
    const file = openSync(join(this.#root, path), "wx");
    try {
      writeSync(file, content);
      futimesSync(file, time, time);
    } finally {
      closeSync(file);
    }
  }

  #folder(path: string): void {
    if (this.#folders.has(path)) return;
    mkdirSync(join(this.#root, path), { recursive: true });
    this.#folders.add(path);
  }
}

/** A file that is kept in memory. */
export interface MemoryFile {
  bytes: Buffer;
  time: number;
}

/** A tree in memory. */
export class MemoryTree implements Tree {
  readonly files = new Map<string, MemoryFile>();
  readonly links = new Map<string, string>();

  put(path: string, bytes: Uint8Array | string, time: number): void {
    this.files.set(path, { bytes: Buffer.from(bytes), time });
  }

  link(path: string, target: string): void {
    this.links.set(path, target);
  }
}
