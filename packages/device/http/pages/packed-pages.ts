import { open } from "node:fs/promises";

/** A file of the device's pages. */
export interface PageFile {
  /** As it is sent, whatever it holds: compressed by gzip. */
  gzip: Buffer;
  /** Of what it holds. */
  etag: string;
}

/** The device's pages, by their paths below its root: `index.html`, `ui/update-chip.js`. */
export interface Pages {
  /** Null: there is no such page. */
  read(path: string): Promise<PageFile | null>;
}

/** Where a packed file lies: its first byte in the program, how many characters of base64 it is, and its ETag. */
export type Packed = readonly [at: number, length: number, etag: string];
export type PackedIndex = Readonly<Record<string, Packed>>;

/** The program's last line: where its index of pages begins, and how long that is. */
const FOOTER = /^\/\/pages (\d{9}) (\d{9})\n$/;
const FOOTER_BYTES = 28;
/** A hundred pages have a tenth of that. */
const MOST_INDEX_BYTES = 100_000;

/** A program with pages, each a file compressed by gzip, in a comment at its end. Nothing in them may end a comment; base64 can't. */
export function withPages(program: string, pages: ReadonlyMap<string, PageFile>): string {
  const parts = [Buffer.from(`${program}/*`)];
  let at = parts[0]?.length ?? 0;
  const index: Record<string, Packed> = {};
  for (const [path, { gzip, etag }] of pages) {
    const text = Buffer.from(`\n${gzip.toString("base64")}`);
    index[path] = [at + 1, text.length - 1, etag];
    parts.push(text);
    at += text.length;
  }
  const words = JSON.stringify(index);
  if (words.includes("*/")) throw new Error("a page's name ends a comment");
  const numbers = [at + 1, Buffer.byteLength(words)].map((number) => String(number).padStart(9, "0"));
  parts.push(Buffer.from(`\n${words}\n*/\n//pages ${numbers.join(" ")}\n`));
  return Buffer.concat(parts).toString();
}

/** The pages in the program that runs, read from its file only when somebody wants one: nothing of them stays in memory. */
export class PackedPages implements Pages, AsyncDisposable {
  readonly #file: Awaited<ReturnType<typeof open>>;

  private constructor(file: Awaited<ReturnType<typeof open>>) {
    this.#file = file;
  }

  /**
   * Holds the file open: who gives up root's rights may not read it any more, and after an update of Pawl another one lies there.
   * Null: it has no pages, as a program that runs from its sources, or they can't be read. The API goes on without them.
   */
  static async open(program: string): Promise<PackedPages | null> {
    const file = await open(program, "r").catch(() => null);
    if (file === null) return null;
    const pages = new PackedPages(file);
    if ((await pages.#index().catch(() => null)) !== null) return pages;
    await pages[Symbol.asyncDispose]();
    return null;
  }

  async read(path: string): Promise<PageFile | null> {
    const index = (await this.#index()) ?? {};
    const packed = Object.hasOwn(index, path) ? index[path] : undefined;
    if (!packed) return null;
    const [at, length, etag] = packed;
    return { gzip: Buffer.from((await this.#text(at, length)).toString("latin1"), "base64"), etag };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  async #index(): Promise<PackedIndex | null> {
    const { size } = await this.#file.stat();
    if (size < FOOTER_BYTES) return null;
    const footer = FOOTER.exec((await this.#text(size - FOOTER_BYTES, FOOTER_BYTES)).toString("latin1"));
    const [at = 0, length = 0] = (footer ?? []).slice(1).map(Number);
    if (!footer || length > MOST_INDEX_BYTES) return null;
    return JSON.parse((await this.#text(at, length)).toString()) as PackedIndex;
  }

  async #text(at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await this.#file.read(bytes, 0, length, at);
    if (bytesRead < length) throw new Error("the program's file is shorter than it says");
    return bytes;
  }
}
