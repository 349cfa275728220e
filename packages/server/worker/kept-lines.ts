import type { StoredLine } from "../builds/tables.ts";

/** So many characters a line costs besides its text. */
const PER_LINE = 24;

/**
 * What is kept of a build's output: its beginning and its end, together at most `limit` characters, and how much there was
 * between. The beginning can be told at once, the end when it is the end.
 */
export class KeptLines {
  readonly #limit: number;
  readonly #head: StoredLine[] = [];
  #tail: StoredLine[] = [];
  /** Where the tail begins: what is before was left out. */
  #from = 0;
  #headSize = 0;
  #tailSize = 0;
  #omitted = 0;
  #isHeadFull = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** True if it is part of the beginning. */
  add(line: StoredLine): boolean {
    const size = sizeOf(line);
    if (!this.#isHeadFull && this.#headSize + size <= this.#limit / 2) {
      this.#head.push(line);
      this.#headSize += size;
      return true;
    }
    this.#isHeadFull = true;
    this.#tail.push(line);
    this.#tailSize += size;
    while (this.#tailSize > this.#limit / 2) this.#omitFirst();
    return false;
  }

  /** The rest, once nothing comes any more: with a note of what was left out, where something was. */
  end(at: number): readonly StoredLine[] {
    const tail = this.#tail.slice(this.#from);
    if (this.#omitted === 0) return tail;
    return [[at, "note", `… ${this.#omitted} lines of output are left out here …`], ...tail];
  }

  /** All that is kept, as a text. */
  text(at: number): string {
    return [...this.#head, ...this.end(at)].map(([, , text]) => `${text}\n`).join("");
  }

  #omitFirst(): void {
    const line = this.#tail[this.#from];
    if (!line) return;
    this.#tailSize -= sizeOf(line);
    this.#omitted++;
    this.#from++;
    // Removing each by itself would move all the others.
    if (this.#from > 1_000 && this.#from > this.#tail.length / 2) {
      this.#tail = this.#tail.slice(this.#from);
      this.#from = 0;
    }
  }
}

function sizeOf([, , text]: StoredLine): number {
  return text.length + PER_LINE;
}
