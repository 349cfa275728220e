import { LRUCache } from "lru-cache";
import type { Change } from "./changes.ts";
import type { BuildRecord } from "./records.ts";
import type { Alias } from "./types.ts";

/** What is remembered at most: builds with what they came to, names of them, and bytes of the former, about. */
const MOST_RECORDS = 5_000;
const MOST_NAMES = 20_000;
const MOST_BYTES = 64 * 1024 * 1024;

/** What nobody may go by any more. */
export type Forgotten = Change | { kind: "build"; id: string; key: string };

export interface NamedKey {
  key: string;
  alias: Alias;
}

/**
 * What was read of builds, until somebody says that it has changed. Whoever reads notes `epoch` before, and gives it when it keeps what
 * was read: if something has changed meanwhile, it isn't kept.
 */
export class BuildCache {
  readonly #records = new LRUCache<string, BuildRecord>({
    max: MOST_RECORDS,
    maxSize: MOST_BYTES,
    sizeCalculation: ({ build }) => 2_000 + sizeOf(build.result) + sizeOf(build.inputs),
  });
  readonly #newest = new LRUCache<string, string>({ max: MOST_NAMES });
  readonly #aliases = new LRUCache<string, NamedKey>({ max: MOST_NAMES });
  #epoch = 0;
  #isOpen = true;

  /** Another number whenever anything was forgotten; always another one while it is closed. */
  get epoch(): number {
    if (!this.#isOpen) this.#epoch++;
    return this.#epoch;
  }

  record(id: string): BuildRecord | undefined {
    return this.#records.get(id);
  }

  /** The newest build under a key, but those that were withdrawn. */
  newest(key: string): BuildRecord | undefined {
    const id = this.#newest.get(key);
    return id === undefined ? undefined : this.#records.get(id);
  }

  alias(dialect: string, hash: string): NamedKey | undefined {
    return this.#aliases.get(nameOf(dialect, hash));
  }

  keep(record: BuildRecord, epoch: number, isNewest: boolean): void {
    if (epoch !== this.#epoch || !this.#isOpen) return;
    this.#records.set(record.build.id, record);
    if (isNewest) this.#newest.set(record.build.key, record.build.id);
  }

  keepAlias(key: string, alias: Alias, epoch: number): void {
    if (epoch === this.#epoch && this.#isOpen) this.#aliases.set(nameOf(alias.dialect, alias.hash), { key, alias });
  }

  forget(change: Forgotten): void {
    if (change.kind === "build") {
      this.#records.delete(change.id);
      this.#newest.delete(change.key);
      this.#epoch++;
    } else if (change.kind === "alias") {
      this.#aliases.delete(nameOf(change.dialect, change.hash));
      this.#epoch++;
    }
  }

  /** Nobody says any more what has changed: nothing is remembered until it is open again. */
  close(): void {
    this.#isOpen = false;
    this.#clear();
  }

  open(): void {
    this.#isOpen = true;
    this.#clear();
  }

  #clear(): void {
    this.#records.clear();
    this.#newest.clear();
    this.#aliases.clear();
    this.#epoch++;
  }

  records(): Iterable<BuildRecord> {
    return this.#records.values();
  }
}

function nameOf(dialect: string, hash: string): string {
  return `${dialect} ${hash}`;
}

function sizeOf(value: unknown): number {
  return value === null ? 0 : JSON.stringify(value).length * 2;
}
