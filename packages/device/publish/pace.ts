/**
 * Keeps a producer from running far ahead of its consumer. The packer's own queue holds 8 MiB: buffers that wait that
 * long are collected late, and memory then grows with the file.
 */
export class Pace {
  readonly #maxAhead: number;
  #ahead = 0;
  #ended = false;
  #resume = () => {};

  constructor(maxAheadBytes: number) {
    this.#maxAhead = maxAheadBytes;
  }

  /** The producer has handed over these bytes; resolves when it may go on. */
  async sent(bytes: number): Promise<void> {
    this.#ahead += bytes;
    if (this.#ahead <= this.#maxAhead || this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#resume = resolve;
    });
  }

  /** The consumer has taken these; more than were sent (headers, padding) do no harm. */
  taken(bytes: number): void {
    this.#ahead = Math.max(0, this.#ahead - bytes);
    if (this.#ahead <= this.#maxAhead) this.#resume();
  }

  /** Nothing will be taken any more: nobody waits from now on. */
  end(): void {
    this.#ended = true;
    this.#resume();
  }
}
