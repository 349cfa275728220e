import pLimit from "p-limit";

export interface TurnsOptions {
  /** How many are under way together. */
  atOnce: number;
  /** How many may wait; who comes then is refused at once. */
  waiting: number;
  /** What they are told. */
  refusal: () => Error;
}

/** Work that takes so much memory while it goes on that only a few may do it together. */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #limit: ReturnType<typeof pLimit>;

  constructor(options: TurnsOptions) {
    this.#options = options;
    this.#limit = pLimit(options.atOnce);
  }

  /** @throws what `refusal` gives when too many wait already */
  async run<T>(work: () => Promise<T>): Promise<T> {
    // What has its turn and has not begun yet counts as waiting too, until the next microtask.
    if (this.#limit.activeCount + this.#limit.pendingCount >= this.#options.atOnce + this.#options.waiting) {
      throw this.#options.refusal();
    }
    return this.#limit(work);
  }
}
