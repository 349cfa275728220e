/** Numbers that look like chance and follow from a seed (mulberry32): the same seed, the same numbers. */
export class Chance {
  readonly #seed: number;
  #state: number;

  constructor(seed: number) {
    this.#seed = seed;
    this.#state = seed >>> 0;
  }

  /** From 0 to less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** @throws Error if there is none */
  of<T>(all: readonly T[]): T {
    const chosen = all[Math.floor(this.next() * all.length)];
    if (chosen === undefined) throw new Error("nothing to choose from");
    return chosen;
  }

  shuffled<T>(all: readonly T[]): T[] {
    const keyed = all.map((one) => ({ one, key: this.next() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ one }) => one);
  }

  /** Another one, which doesn't depend on how often this one was asked. */
  fork(number: number): Chance {
    return new Chance(Math.imul(this.#seed + 1, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  }
}
