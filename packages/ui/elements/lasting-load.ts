import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type Delay, untilAnswered } from "../data/until-answered.ts";

/**
 * What an element needs of a server: asked for when its arguments change, until there is an answer. What was answered before
 * stays while the next is on its way, so that nothing jumps.
 */
export class LastingLoad<const Args extends readonly unknown[] | [], T> implements ReactiveController {
  /** The last answer; undefined: there was none. */
  value: T | undefined;
  /** When that came, in milliseconds since 1970; null: there was none. */
  answeredAt: number | null = null;
  /** Why there won't be one to what was asked last. */
  error: unknown;
  /** Why there is none yet. */
  delay: Delay | null = null;
  isLoading = false;
  readonly #host: ReactiveControllerHost;
  readonly #ask: (args: Args, signal: AbortSignal) => Promise<T>;
  readonly #args: () => Args | null;
  readonly #poke = new EventTarget();
  #asked: Args | null = null;
  #life = new AbortController();

  /** @param args null: nothing is to be asked for, and nothing is known */
  constructor(
    host: ReactiveControllerHost,
    ask: (args: Args, signal: AbortSignal) => Promise<T>,
    args: () => Args | null,
  ) {
    this.#host = host;
    this.#ask = ask;
    this.#args = args;
    host.addController(this);
  }

  hostUpdate(): void {
    const args = this.#args();
    const asked = this.#asked;
    if (args === null) {
      if (asked !== null) this.#end(null);
      return;
    }
    if (asked !== null && args.every((each, i) => Object.is(each, asked[i]))) return;
    this.#end(args);
    void this.#run(args, this.#life.signal);
  }

  hostDisconnected(): void {
    this.#life.abort();
    // Whoever comes back asks again.
    this.#asked = null;
  }

  /** Doesn't wait any longer. */
  tryNow(): void {
    this.#poke.dispatchEvent(new Event("poke"));
  }

  /** Asks the same once more. */
  again(): void {
    this.#asked = null;
    this.#host.requestUpdate();
  }

  #end(args: Args | null): void {
    this.#life.abort();
    this.#life = new AbortController();
    this.#asked = args;
    this.delay = null;
    this.error = undefined;
    this.isLoading = args !== null;
    if (args === null) this.#know(undefined);
  }

  async #run(args: Args, signal: AbortSignal): Promise<void> {
    const onDelay = (delay: Delay | null) => {
      if (signal.aborted) return;
      this.delay = delay;
      this.#host.requestUpdate();
    };
    try {
      const value = await untilAnswered((each) => this.#ask(args, each), { signal, onDelay, poke: this.#poke });
      if (signal.aborted) return;
      this.#know(value);
    } catch (error) {
      if (signal.aborted) return;
      this.#know(undefined);
      this.error = error;
    }
    this.isLoading = false;
    this.#host.requestUpdate();
  }

  #know(value: T | undefined): void {
    this.value = value;
    this.answeredAt = value === undefined ? null : Date.now();
  }
}
