import pLimit, { type LimitFunction } from "p-limit";

/**
 * How many reads are under way at once, for each distribution and, within it, for each version half as many: an upstream
 * that hangs holds up neither the other distributions nor its own other versions.
 */
export class Lanes {
  readonly #parallel: number;
  readonly #limits = new Map<string, LimitFunction>();

  constructor(parallel: number) {
    this.#parallel = parallel;
  }

  run<T>(distribution: string, version: string | null, work: () => Promise<T>): Promise<T> {
    const all = this.#limit(distribution, this.#parallel);
    if (version === null) return all(work);
    // First the narrow one: who waits there takes no place of the others.
    return this.#limit(`${distribution} ${version}`, this.#half)(() => all(work));
  }

  /** How many could begin at once. */
  free(distribution: string): number {
    const limit = this.#limit(distribution, this.#parallel);
    return Math.max(0, this.#parallel - limit.activeCount - limit.pendingCount);
  }

  /** Versions that have no place left of their own. */
  full(distribution: string): string[] {
    const prefix = `${distribution} `;
    return [...this.#limits]
      .filter(([name, limit]) => name.startsWith(prefix) && limit.activeCount + limit.pendingCount >= this.#half)
      .map(([name]) => name.slice(prefix.length));
  }

  get #half(): number {
    return Math.max(1, Math.ceil(this.#parallel / 2));
  }

  #limit(name: string, most: number): LimitFunction {
    const before = this.#limits.get(name);
    if (before) return before;
    if (this.#limits.size > 1_000) this.#forgetIdle();
    const limit = pLimit(most);
    this.#limits.set(name, limit);
    return limit;
  }

  #forgetIdle(): void {
    for (const [name, limit] of this.#limits) {
      if (limit.activeCount + limit.pendingCount === 0) this.#limits.delete(name);
    }
  }
}
