import { RateLimiterMemory } from "rate-limiter-flexible";
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
  async check(asker: string): Promise<void> {
    const used = await this.#limiter.get(asker);
    if (used === null || used.remainingPoints > 0) return;
    const retryAfter = Math.max(1, Math.ceil(used.msBeforeNext / 1000));
    const sentence = `These were ${this.#most} new builds within an hour; more can be asked for in ${Math.ceil(retryAfter / 60)} minutes.`;
    throw new ServerError("too_many_requests", sentence, { retryAfter });
  }

  /** After one was begun. */
  async count(asker: string): Promise<void> {
    // What came in between goes over the limit, and only delays the next.
    await this.#limiter.consume(asker).catch(() => undefined);
  }
}
