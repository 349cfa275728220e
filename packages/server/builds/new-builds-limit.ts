import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import { ServerError } from "../error.ts";

const HOUR_S = 3_600;

/** How many builds a caller of our own API may begin. What is answered from the store, or joined, costs nobody anything. */
export class NewBuildsLimit {
  readonly #limiter: RateLimiterMemory;
  readonly #most: number;

  constructor(perHour: number) {
    this.#most = perHour;
    this.#limiter = new RateLimiterMemory({ points: perHour, duration: HOUR_S });
  }

  /** Before it is known whether it is to be built anew. @throws too_many_requests */
  async take(asker: string): Promise<void> {
    try {
      await this.#limiter.consume(asker);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      await this.giveBack(asker);
      const retryAfter = Math.max(1, Math.ceil(refusal.msBeforeNext / 1000));
      const minutes = Math.ceil(retryAfter / 60);
      const sentence = `These were ${this.#most} new builds within an hour; more can be asked for in ${minutes} minutes.`;
      throw new ServerError("too_many_requests", sentence, { retryAfter });
    }
  }

  /** It wasn't built anew after all. */
  async giveBack(asker: string): Promise<void> {
    await this.#limiter.reward(asker);
  }
}
