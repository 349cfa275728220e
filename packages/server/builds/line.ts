/**
 * Who waits, by number: numbers rise in the order of commits, so that whoever knows one knows all before it. Positions are counted here, and
 * never rise: what waits again after it had begun goes in front of the line without being in it.
 */
export class Line {
  /** Of builds that never began, rising. */
  #waiting: number[] = [];
  readonly #again = new Set<number>();
  #newest = 0;
  #watchers = new Set<() => void>();

  /** All anew: what is known of before is forgotten. */
  reset(entries: readonly { line: number; hasBegun: boolean }[], newest: number): void {
    this.#waiting = entries
      .filter(({ hasBegun }) => !hasBegun)
      .map(({ line }) => line)
      .sort((a, b) => a - b);
    this.#again.clear();
    for (const { line, hasBegun } of entries) if (hasBegun) this.#again.add(line);
    this.#see(newest);
  }

  enter(line: number, hasBegun: boolean): void {
    if (hasBegun) {
      this.#again.add(line);
    } else {
      const at = this.#indexOf(line);
      if (this.#waiting[at] !== line) this.#waiting.splice(at, 0, line);
    }
    this.#see(line);
  }

  leave(line: number): void {
    this.#again.delete(line);
    const at = this.#indexOf(line);
    if (this.#waiting[at] === line) this.#waiting.splice(at, 1);
    this.#see(line);
  }

  /** How many are in front of it. */
  position(line: number): number {
    return this.#again.has(line) ? 0 : this.#indexOf(line);
  }

  get length(): number {
    return this.#waiting.length + this.#again.size;
  }

  /** Whether everything up to this number is known here. */
  knows(line: number): boolean {
    return line <= this.#newest;
  }

  /** Until it is known, or `ms` milliseconds are over: then positions are as good as they can be. */
  async until(line: number, ms: number): Promise<void> {
    if (this.knows(line)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      const look = () => {
        if (this.knows(line)) done();
      };
      const timer = setTimeout(done, ms);
      this.#watchers.add(look);
    });
  }

  #see(line: number): void {
    if (line <= this.#newest) return;
    this.#newest = line;
    for (const look of [...this.#watchers]) look();
  }

  /** Where it is, or would be. */
  #indexOf(line: number): number {
    let from = 0;
    let to = this.#waiting.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#waiting[middle] ?? 0) < line) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
