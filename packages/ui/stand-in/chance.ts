/** Numbers that look random and are the same each time: a linear congruential generator. */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 up to 1. */
  share(): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A whole number from `from` to `to`, both included. */
  number(from: number, to: number): number {
    return from + Math.floor(this.share() * (to - from + 1));
  }

  /** One of them; those in front more often than those behind, as `lean` grows above 1. */
  one<T>(of: readonly T[], lean = 1): T {
    const found = of[Math.floor(this.share() ** lean * of.length)];
    if (found === undefined) throw new Error("there is nothing to choose from");
    return found;
  }

  /** So many digits, 0 to f. */
  hex(digits: number): string {
    return Array.from({ length: digits }, () => this.number(0, 15).toString(16)).join("");
  }
}
