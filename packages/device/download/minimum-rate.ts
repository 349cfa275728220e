import type { Clock } from "../system/types.ts";

/** Notices a connection that never falls silent, yet would take for ever: less than a rate averaged over a window. */
export class MinimumRate {
  readonly #bytesPerSecond: number;
  readonly #windowMs: number;
  readonly #clock: Pick<Clock, "monotonic">;
  #since: number;
  #bytes = 0;

  constructor(bytesPerSecond: number, windowMs: number, clock: Pick<Clock, "monotonic">) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#windowMs = windowMs;
    this.#clock = clock;
    this.#since = clock.monotonic();
  }

  /** Counts what has arrived; false when a window has ended with too little in it. */
  keeps(bytes: number): boolean {
    this.#bytes += bytes;
    const elapsedMs = this.#clock.monotonic() - this.#since;
    if (elapsedMs < this.#windowMs) return true;
    const enough = this.#bytes * 1000 >= this.#bytesPerSecond * elapsedMs;
    this.#since += elapsedMs;
    this.#bytes = 0;
    return enough;
  }
}
