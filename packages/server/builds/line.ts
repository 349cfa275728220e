/** One that waits. */
export interface Waiting {
  line: number;
  /** It goes in front. */
  hasBegun: boolean;
  /** Nobody is there who would begin with it: others don't wait for it. */
  isUnserved: boolean;
}

/**
 * Who waits, by number: numbers rise in the order of commits, so that whoever knows one knows all before it. Positions are counted here, and
 * never rise: what waits again after it had begun goes in front of the line without being in it, and what somebody begins to build for
 * after all is in front of nobody who was told that there are fewer.
 */
export class Line {
  /** Of builds that never began, rising. */
  #waiting: number[] = [];
  /** Those of them that nobody builds for, rising. */
  #unserved: number[] = [];
  /** What was last said of each. */
  readonly #told = new Map<number, number>();
  readonly #again = new Set<number>();
  #newest = 0;
  #watchers = new Set<() => void>();

  /** All anew: what is known of before is forgotten. */
  reset(entries: readonly Waiting[], newest: number): void {
    const inLine = entries.filter(({ hasBegun }) => !hasBegun).sort((a, b) => a.line - b.line);
    this.#waiting = inLine.map(({ line }) => line);
    this.#unserved = inLine.filter(({ isUnserved }) => isUnserved).map(({ line }) => line);
    for (const line of this.#told.keys()) if (!has(this.#waiting, line)) this.#told.delete(line);
    this.#again.clear();
    for (const { line, hasBegun } of entries) if (hasBegun) this.#again.add(line);
    this.#see(newest);
  }

  /** Also of one that is in it, if it isn't as it was. */
  enter({ line, hasBegun, isUnserved }: Waiting): void {
    if (hasBegun) {
      this.#again.add(line);
    } else {
      add(this.#waiting, line);
      if (isUnserved) add(this.#unserved, line);
      else remove(this.#unserved, line);
    }
    this.#see(line);
  }

  leave(line: number): void {
    this.#again.delete(line);
    remove(this.#waiting, line);
    remove(this.#unserved, line);
    this.#told.delete(line);
    this.#see(line);
  }

  /** How many are in front of it: of those that somebody builds for, or of all, where nobody builds for it. */
  position(line: number): number {
    if (this.#again.has(line)) return 0;
    const others = has(this.#unserved, line) ? 0 : indexIn(this.#unserved, line);
    const counted = indexIn(this.#waiting, line) - others;
    if (!has(this.#waiting, line)) return counted;
    const position = Math.min(counted, this.#told.get(line) ?? counted);
    this.#told.set(line, position);
    return position;
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
}

/** Where it is, or would be, in numbers that rise. */
function indexIn(numbers: readonly number[], line: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] ?? 0) < line) from = middle + 1;
    else to = middle;
  }
  return from;
}

function has(numbers: readonly number[], line: number): boolean {
  return numbers[indexIn(numbers, line)] === line;
}

function add(numbers: number[], line: number): void {
  const at = indexIn(numbers, line);
  if (numbers[at] !== line) numbers.splice(at, 0, line);
}

function remove(numbers: number[], line: number): void {
  const at = indexIn(numbers, line);
  if (numbers[at] === line) numbers.splice(at, 1);
}
