const LONGEST = 16_384;
const NEWLINE = 10;
/** What handling a line costs besides its bytes: a gigabyte of empty lines is no small thing to keep. */
const LINE_COST = 64;

/** Cuts a stream of bytes into lines, in memory that doesn't grow, and counts what they cost. */
export class Lines {
  readonly #onLine: (line: string) => void;
  readonly #held = Buffer.allocUnsafe(LONGEST);
  #length = 0;
  /** Bytes so far, and 64 for each line. */
  cost = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, start);
      if (newline === -1) break;
      this.#take(chunk.subarray(start, newline));
      this.#emit(this.#length);
      start = newline + 1;
    }
    this.#take(chunk.subarray(start));
  }

  /** A last line that has no newline. */
  end(): void {
    if (this.#length > 0) this.#emit(this.#length);
  }

  #take(bytes: Buffer): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#length === LONGEST) this.#emit(wholeCharacters(this.#held));
      const copied = rest.copy(this.#held, this.#length);
      this.#length += copied;
      rest = rest.subarray(copied);
    }
  }

  #emit(length: number): void {
    this.cost += length + LINE_COST;
    const line = this.#held.toString("utf8", 0, length);
    this.#held.copyWithin(0, length, this.#length);
    this.#length -= length;
    this.#onLine(line);
  }
}

/** Where a full buffer may be cut without cutting a character of UTF-8. */
function wholeCharacters(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= bytes.length - 4; at--) {
    const byte = bytes[at] ?? 0;
    // 10xxxxxx goes on with a character, 11xxxxxx begins one.
    if ((byte & 0xc0) === 0x80) continue;
    return (byte & 0xc0) === 0xc0 ? at : bytes.length;
  }
  return bytes.length;
}
