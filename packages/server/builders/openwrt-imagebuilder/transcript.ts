/** Of each stream this much is kept from its beginning, and as much from its end: errors are at the end, lists at the beginning. */
const HALF = 4 * 1024 * 1024;

/** What a command has printed on one stream, for reading it afterwards. Bounded: of a flood the middle is left out. */
export class Transcript {
  readonly #head: string[] = [];
  #tail: string[] = [];
  #headLength = 0;
  #tailLength = 0;
  #dropped = false;

  add(line: string): void {
    const length = line.length + 1;
    if (this.#headLength + length <= HALF && this.#tail.length === 0) {
      this.#head.push(line);
      this.#headLength += length;
      return;
    }
    this.#tail.push(line);
    this.#tailLength += length;
    if (this.#tailLength > 2 * HALF) this.#cut();
  }

  get lines(): readonly string[] {
    return this.#tail.length === 0 ? this.#head : [...this.#head, ...this.#tail];
  }

  /** Whether lines are missing in the middle. */
  get isCut(): boolean {
    return this.#dropped;
  }

  /** Back to half of what may be there, so that it happens rarely. */
  #cut(): void {
    let from = 0;
    while (this.#tailLength > HALF && from < this.#tail.length - 1) {
      this.#tailLength -= (this.#tail[from]?.length ?? 0) + 1;
      from++;
    }
    this.#tail = this.#tail.slice(from);
    this.#dropped = true;
  }
}
