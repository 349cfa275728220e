/** Collects what comes within a moment and hands it on together: a thousand small commits become a few. */
export class Batch<T, R> {
  readonly #work: (items: readonly T[]) => Promise<readonly R[]>;
  readonly #delay: number;
  readonly #most: number;
  #waiting: { item: T; resolve: (result: readonly R[]) => void; reject: (error: unknown) => void }[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** @param delay how long the first of a batch waits, in milliseconds; a batch of `most` goes at once */
  constructor(work: (items: readonly T[]) => Promise<readonly R[]>, delay: number, most: number) {
    this.#work = work;
    this.#delay = delay;
    this.#most = most;
  }

  /** Resolves with the results of the whole batch the item was in. */
  add(item: T): Promise<readonly R[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (this.#waiting.length >= this.#most) this.#flush();
      else this.#timer ??= setTimeout(() => this.#flush(), this.#delay);
    });
  }

  #flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#work(batch.map(({ item }) => item)).then(
      (results) => {
        for (const { resolve } of batch) resolve(results);
      },
      (error: unknown) => {
        for (const { reject } of batch) reject(error);
      },
    );
  }
}
