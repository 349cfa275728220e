import type { BuildAsk } from "./types.ts";

interface Waiting<T> {
  ask: BuildAsk;
  resolve(answer: { answer: T; isFirst: boolean }): void;
  reject(error: unknown): void;
}

/**
 * Whoever asks for the same at the same time is answered by one transaction: those who come while it runs wait for the next. A thousand
 * identical requests are two.
 */
export class AskBatches<T> {
  readonly #settle: (key: string, asks: readonly [BuildAsk, ...BuildAsk[]]) => Promise<T>;
  readonly #waiting = new Map<string, Waiting<T>[]>();

  constructor(settle: (key: string, asks: readonly [BuildAsk, ...BuildAsk[]]) => Promise<T>) {
    this.#settle = settle;
  }

  /** `isFirst`: it was this one's request that decided, the others came along. */
  ask(key: string, ask: BuildAsk): Promise<{ answer: T; isFirst: boolean }> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(key);
      const one = { ask, resolve, reject };
      if (waiting) {
        waiting.push(one);
      } else {
        this.#waiting.set(key, [one]);
        void this.#run(key);
      }
    });
  }

  async #run(key: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(key)?.splice(0) ?? [];
      const [first, ...others] = batch;
      if (!first) {
        this.#waiting.delete(key);
        return;
      }
      try {
        const answer = await this.#settle(key, [first.ask, ...others.map(({ ask }) => ask)]);
        for (const one of batch) one.resolve({ answer, isFirst: one === first });
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
  }
}
