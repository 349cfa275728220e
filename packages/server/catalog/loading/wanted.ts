import type { Logger } from "pino";

const EVERY_MS = 30_000;

/** Gathers what is asked for and writes it down now and then: no request waits for it. */
export class Wanted implements AsyncDisposable {
  readonly #write: (ids: readonly number[]) => Promise<void>;
  readonly #log: Logger;
  readonly #timer: NodeJS.Timeout;
  #ids = new Set<number>();

  constructor(write: (ids: readonly number[]) => Promise<void>, log: Logger) {
    this.#write = write;
    this.#log = log;
    this.#timer = setInterval(() => void this.flush(), EVERY_MS).unref();
  }

  add(ids: readonly number[]): void {
    for (const id of ids) this.#ids.add(id);
  }

  async flush(): Promise<void> {
    if (this.#ids.size === 0) return;
    const ids = this.#ids;
    this.#ids = new Set();
    try {
      await this.#write([...ids]);
    } catch (error) {
      // Noted again in an hour, of fourteen days that count.
      this.#log.warn({ err: error }, "what is wanted of the catalog could not be noted");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
