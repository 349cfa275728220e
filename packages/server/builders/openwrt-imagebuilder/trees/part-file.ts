import { open, readFile, rm, stat } from "node:fs/promises";
import * as z from "zod";
import { writeDurably } from "./durable-file.ts";

/** What the bytes that are there were sent with: by it upstream knows whether the rest belongs to them. */
const Validators = z.object({ etag: z.string().nullable(), lastModified: z.string().nullable() });
type Validators = z.infer<typeof Validators>;

/** What is there, and of what. */
export interface Beginning {
  size: number;
  validators: Validators;
}

/** An archive that is on its way: it outlives the process, and whoever comes next goes on where it stopped. */
export class PartFile {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Bytes that are there. */
  async size(): Promise<number> {
    return (await stat(this.path).catch(() => null))?.size ?? 0;
  }

  /** What is there, if it may be gone on with. */
  async beginning(): Promise<Beginning | null> {
    const size = await this.size();
    if (size === 0) return null;
    try {
      return { size, validators: Validators.parse(JSON.parse(await readFile(this.#sidecar, "utf8"))) };
    } catch {
      return null;
    }
  }

  /** Empty, and to be filled by an answer with these validators. */
  async restart(validators: Validators): Promise<void> {
    const file = await open(this.path, "w", 0o600);
    await file.close();
    await writeDurably(this.#sidecar, JSON.stringify(validators));
  }

  /** Each piece to the end of what is there. */
  async append(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await open(this.path, "a", 0o600);
    try {
      for await (const piece of pieces) await file.appendFile(piece);
    } finally {
      await file.close();
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.#sidecar, { force: true });
  }

  get #sidecar(): string {
    return `${this.path}.json`;
  }
}
