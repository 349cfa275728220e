/** So long something is used again, in milliseconds. */
const RECENT_MS = 1_000;
/** More different things in a second are made each time. */
const MOST = 1_000;

/**
 * What was made of the catalog in the last second. While the catalog is of the same generation it is used again without a
 * question to it. Once a second the catalog is asked all the same: by that it knows what is wanted, and notices what has
 * grown old.
 */
export class Recent<T> {
  readonly #kept = new Map<string, { value: T; generation: number; at: number }>();
  readonly #now: () => number;

  /** @param now milliseconds since whenever */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  get(name: string, generation: number): T | undefined {
    const kept = this.#kept.get(name);
    if (!kept || kept.generation !== generation || this.#now() - kept.at > RECENT_MS) return undefined;
    return kept.value;
  }

  /** @param generation of the catalog before it was asked */
  keep(name: string, generation: number, value: T): T {
    const at = this.#now();
    this.#forgetOld(at);
    if (this.#kept.size >= MOST) this.#kept.clear();
    // Last in the map: it is in the order in which things were kept.
    this.#kept.delete(name);
    this.#kept.set(name, { value, generation, at });
    return value;
  }

  /** What is held here can't be given up by whoever bounds its memory. */
  #forgetOld(now: number): void {
    for (const [name, { at }] of this.#kept) {
      if (now - at <= RECENT_MS) return;
      this.#kept.delete(name);
    }
  }
}
