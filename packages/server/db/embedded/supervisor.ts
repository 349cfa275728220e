import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "pino";
import type { Postmaster } from "./postmaster.ts";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 60_000;

/** One that ran this long had no trouble of starting, in milliseconds. */
const WELL_MS = 300_000;

/**
 * Keeps one PostgreSQL running until it is disposed: one that ends by itself is started again, at ever longer intervals up to a
 * minute. It doesn't give up: a disk that is full now may have room later, and until then the server answers from memory.
 */
export class Supervisor implements AsyncDisposable {
  readonly #start: (signal: AbortSignal) => Promise<Postmaster>;
  readonly #log: Logger;
  readonly #end = new AbortController();
  readonly #watching: Promise<void>;
  #current: Postmaster;

  /** `start` must also clear away what a killed one has left. */
  constructor(first: Postmaster, start: (signal: AbortSignal) => Promise<Postmaster>, log: Logger) {
    this.#current = first;
    this.#start = start;
    this.#log = log;
    process.on("exit", this.#lastWord);
    this.#watching = this.#watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort(new Error("the database is stopped"));
    await this.#watching;
    await this.#current.stop();
    process.off("exit", this.#lastWord);
  }

  /** A process that ends without having stopped it doesn't leave it behind. */
  readonly #lastWord = () => this.#current.tell("SIGINT");

  async #watch(): Promise<void> {
    const { signal } = this.#end;
    const aborted = new Promise<"aborted">((resolve) => signal.addEventListener("abort", () => resolve("aborted")));
    let pause = FIRST_PAUSE_MS;
    let since = performance.now();
    for (;;) {
      const outcome = await Promise.race([this.#current.ended, aborted]);
      if (outcome === "aborted" || signal.aborted) return;
      this.#log.error({ code: outcome.code, signal: outcome.signal }, "the database has ended by itself");
      if (performance.now() - since > WELL_MS) pause = FIRST_PAUSE_MS;
      for (let isUp = false; !isUp; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
        try {
          await sleep(pause * (0.75 + Math.random() / 2), undefined, { signal });
          this.#current = await this.#start(signal);
          isUp = true;
        } catch (error) {
          if (signal.aborted) return;
          this.#log.error({ err: error }, "the database can't be started again yet");
        }
      }
      since = performance.now();
      this.#log.info("the database is back");
    }
  }
}
