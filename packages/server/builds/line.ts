import { addNumber, indexIn, removeNumber } from "./sorted-numbers.ts";

/** One that waits: `../db/migrations/0008-fair-line.ts`. */
export interface Waiting {
  /** Rises in the order in which builds were asked for. */
  line: number;
  /** Rises in the order in which builds came into the line; null while it isn't in it. */
  place: number | null;
  /** In whose list it waits, where it isn't in line. */
  client: string;
  /** Somebody has begun with it before: it goes in front of the line without being in it. */
  hasBegun: boolean;
  /** Nobody is there who would begin with it. */
  isUnserved: boolean;
}

/** Where one waits. What nobody is there for has a number as all others, so that it can be told how many wait like it. */
type Standing = "again" | "in line" | "listed" | "unserved";

/**
 * Who waits, by number: numbers rise in the order of commits, so that whoever knows one knows all before it. Positions are counted here. Those
 * in line never rise: what comes into the line comes at its end, what waits again goes in front without being counted, and what nobody is there
 * for is in nobody's way. In a client's own list they may.
 */
export class Line {
  readonly #waiting = new Map<number, Waiting>();
  /** Of those in line: places, rising. */
  #places: number[] = [];
  /** Of those in lists, and of those that nobody builds for: `line`, rising. */
  readonly #lists = new Map<string, number[]>();
  #unserved: number[] = [];
  /** What was last said of those in line: whoever reads all anew may hear of some of it once more afterwards. */
  readonly #told = new Map<number, number>();
  #unservedCount = 0;
  #newest = 0;
  readonly #watchers = new Set<() => void>();

  /** All anew: what is known of before is forgotten. */
  reset(entries: readonly Waiting[], newest: number): void {
    this.#waiting.clear();
    this.#lists.clear();
    this.#places = [];
    this.#unserved = [];
    this.#unservedCount = 0;
    for (const entry of entries) this.#add(entry);
    for (const line of this.#told.keys()) if (!this.#isInLine(line)) this.#told.delete(line);
    this.#see(newest);
  }

  /** Also of one that is in it, if it isn't as it was. */
  enter(entry: Waiting): void {
    this.#remove(entry.line);
    this.#add(entry);
    if (!this.#isInLine(entry.line)) this.#told.delete(entry.line);
    this.#see(numberOf(entry));
  }

  leave(line: number): void {
    this.#remove(line);
    this.#told.delete(line);
    this.#see(line);
  }

  /**
   * How many are in front of it: in line; of one in a list, the line and what is in front of it there; of one that nobody is there for,
   * the line and what else waits like it.
   */
  position({ line, place }: Pick<Waiting, "line" | "place">): number {
    const entry = this.#waiting.get(line);
    // It was read from the database, and its coming, or its going, wasn't heard of yet.
    if (!entry) return place === null ? this.#places.length : indexIn(this.#places, place);
    const behind = (numbers: readonly number[]) => this.#places.length + indexIn(numbers, line);
    switch (standingOf(entry)) {
      case "again":
        return 0;
      case "in line": {
        const counted = indexIn(this.#places, entry.place ?? 0);
        const position = Math.min(counted, this.#told.get(line) ?? counted);
        this.#told.set(line, position);
        return position;
      }
      case "listed":
        return behind(this.#listOf(entry.client));
      case "unserved":
        // Once somebody is there for it, it comes behind what its client has asked for before.
        return behind(this.#unserved) + indexIn(this.#listOf(entry.client), line);
    }
  }

  get length(): number {
    return this.#waiting.size;
  }

  /** Those that somebody builds for, and those that nobody does. */
  get pending(): { served: number; unserved: number } {
    return { served: this.#waiting.size - this.#unservedCount, unserved: this.#unservedCount };
  }

  /** Whether everything up to this number is known here. */
  knows(number: number): boolean {
    return number <= this.#newest;
  }

  /** Until all is known that is in front of it, or `ms` milliseconds are over: then positions are as good as they can be. */
  async until(entry: Pick<Waiting, "line" | "place">, ms: number): Promise<void> {
    const number = numberOf(entry);
    if (this.knows(number)) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve();
      };
      const look = () => {
        if (this.knows(number)) done();
      };
      const timer = setTimeout(done, ms);
      this.#watchers.add(look);
    });
  }

  #isInLine(line: number): boolean {
    const entry = this.#waiting.get(line);
    return entry !== undefined && standingOf(entry) === "in line";
  }

  #listOf(client: string): readonly number[] {
    return this.#lists.get(client) ?? [];
  }

  #add(entry: Waiting): void {
    const { line, client } = entry;
    this.#waiting.set(line, entry);
    if (entry.isUnserved) this.#unservedCount++;
    const standing = standingOf(entry);
    if (standing === "in line") addNumber(this.#places, entry.place ?? 0);
    if (standing === "unserved") addNumber(this.#unserved, line);
    if (standing !== "listed") return;
    const list = this.#lists.get(client) ?? [];
    addNumber(list, line);
    this.#lists.set(client, list);
  }

  #remove(line: number): void {
    const entry = this.#waiting.get(line);
    if (!entry) return;
    this.#waiting.delete(line);
    if (entry.isUnserved) this.#unservedCount--;
    const standing = standingOf(entry);
    if (standing === "in line") removeNumber(this.#places, entry.place ?? 0);
    if (standing === "unserved") removeNumber(this.#unserved, line);
    const list = standing === "listed" ? this.#lists.get(entry.client) : undefined;
    if (!list) return;
    removeNumber(list, line);
    if (list.length === 0) this.#lists.delete(entry.client);
  }

  #see(number: number): void {
    if (number <= this.#newest) return;
    this.#newest = number;
    for (const look of [...this.#watchers]) look();
  }
}

function standingOf({ hasBegun, place, isUnserved }: Waiting): Standing {
  if (hasBegun) return "again";
  if (place !== null) return "in line";
  return isUnserved ? "unserved" : "listed";
}

/** The newest number it was given. */
function numberOf({ line, place }: Pick<Waiting, "line" | "place">): number {
  return Math.max(line, place ?? 0);
}
