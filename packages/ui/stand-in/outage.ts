import type { Connection } from "./stand-in.ts";

/** The device's API goes away, and comes back: what is open then breaks off. */
export class Outage implements Connection {
  delayMs = 0;
  #away = false;
  #cut = new AbortController();

  begin(): void {
    this.#away = true;
    this.#cut.abort();
  }

  end(): void {
    this.#away = false;
    this.#cut = new AbortController();
  }

  isAway(): boolean {
    return this.#away;
  }

  untilAway(): AbortSignal {
    return this.#cut.signal;
  }
}
