import type { Logger } from "pino";
import type { Resource } from "../store/resource.ts";

/** Renews the leases of what is being read for as long as that takes: only who dies with one lets it end. */
export class HeldLeases {
  readonly #renew: (held: readonly Resource[]) => Promise<void>;
  readonly #every: number;
  readonly #log: Logger;
  readonly #held = new Set<Resource>();
  #timer: NodeJS.Timeout | null = null;

  /** @param every milliseconds, well below what a lease is good for */
  constructor(renew: (held: readonly Resource[]) => Promise<void>, every: number, log: Logger) {
    this.#renew = renew;
    this.#every = every;
    this.#log = log;
  }

  add(leased: Resource): void {
    this.#held.add(leased);
    this.#timer ??= setInterval(() => void this.#renewAll(), this.#every).unref();
  }

  delete(leased: Resource): void {
    this.#held.delete(leased);
    if (this.#held.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  async #renewAll(): Promise<void> {
    try {
      await this.#renew([...this.#held]);
    } catch (error) {
      // Whoever takes such a lease gets a higher number, with which alone something can be saved.
      this.#log.warn({ err: error, leases: this.#held.size }, "catalog leases could not be renewed");
    }
  }
}
