import { link, rename, unlink } from "node:fs/promises";
import type { RecordStore } from "../update/engine.ts";
import { isMissing, readTextIfThere, writeFileDurably, writeFileWhole } from "./atomic-file.ts";
import { peekText } from "./untrusted-file.ts";

/** A schema, without saying whose: parses or gives null. */
export type Parse<T> = (value: unknown) => T | null;

export interface RecordFileOptions<T> {
  path: string;
  empty: T;
  parse: Parse<T>;
  /** Fields written beside the record, for other programs that read the file. */
  alongside?: (record: T) => Promise<object>;
  /** A record that a power cut may take back to the one before. Default: none. */
  mayBeLost?: (record: T) => boolean;
  /** What a record that can't be understood must have been, by what else is known. Absent or null: the empty one. */
  rebuild?: () => Promise<T | null>;
  /** A file that could not be understood was put aside under this name. */
  onDamaged?: (keptAs: string) => void;
}

/** A record in a JSON file, replaced as a whole. A damaged file is kept aside and the record begins anew: what is installed is read from the device, not from here. */
export class RecordFile<T extends object> implements RecordStore<T> {
  readonly #options: RecordFileOptions<T>;

  constructor(options: RecordFileOptions<T>) {
    this.#options = options;
  }

  async load(): Promise<T> {
    const { path, empty, rebuild, onDamaged } = this.#options;
    const record = await this.#read();
    if (record !== "damaged") return record;
    const keptAs = `${path}.damaged`;
    const rebuilt = (await rebuild?.()) ?? null;
    try {
      // As long as the rebuilt one isn't written, the damaged one says that there is something to rebuild.
      if (rebuilt) await copyOfName(path, keptAs);
      else await rename(path, keptAs);
    } catch (error) {
      // Another process has put it aside just now.
      if (!isMissing(error)) throw error;
    }
    if (rebuilt) await this.save(rebuilt);
    onDamaged?.(keptAs);
    return rebuilt ?? empty;
  }

  /** The same for those whose file it isn't: a damaged one stays where it is and counts as none. */
  async peek(): Promise<T> {
    const record = await this.#read();
    return record === "damaged" ? this.#options.empty : record;
  }

  async #read(): Promise<T | "damaged"> {
    const { path, empty, parse } = this.#options;
    const text = await readTextIfThere(path);
    return text === null ? empty : (parse(jsonOrNull(text)) ?? "damaged");
  }

  async save(record: T): Promise<void> {
    // They are a courtesy: what the engine has decided is written without them, too.
    const beside = (await this.#options.alongside?.(record).catch(() => null)) ?? {};
    const write = this.#options.mayBeLost?.(record) ? writeFileWhole : writeFileDurably;
    await write(this.#options.path, `${JSON.stringify({ ...beside, ...record }, null, 2)}\n`);
  }
}

async function copyOfName(path: string, as: string): Promise<void> {
  await unlink(as).catch((error) => {
    if (!isMissing(error)) throw error;
  });
  await link(path, as);
}

/** Reads a record without a schema, for those who only look: what doesn't have the outline of one counts as none. */
export async function peekRecord<T extends { engine: { status: string } }>(path: string, empty: T): Promise<T> {
  const value = jsonOrNull(peekText(path)) as Partial<T> | null;
  return typeof value?.engine?.status === "string" ? { ...empty, ...value } : empty;
}

export function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
