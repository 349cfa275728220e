import { UpdateError } from "../error.ts";
import type { Clock } from "../system/types.ts";

const WITHIN_MS = 60_000;
const MOST_WRONG = 10;
const MOST_ADDRESSES = 1_000;

/** Slows down who tries tokens: ten wrong ones a minute from one address, then it has to wait. In memory, at most 1000 addresses. */
export class Guesses {
  readonly #clock: Pick<Clock, "now" | "monotonic">;
  /** By address, the least recent first. `since` in milliseconds of the monotonic clock. */
  readonly #wrong = new Map<string, { since: number; count: number }>();

  constructor(clock: Pick<Clock, "now" | "monotonic">) {
    this.#clock = clock;
  }

  /**
   * Counts a try before it is made, so that many at once are no way around it. Returns what takes it back when the
   * token was right. Throws UpdateError `rate_limited`.
   */
  begin(address: string): () => void {
    const now = this.#clock.monotonic();
    const known = this.#wrong.get(address);
    const entry = known && now - known.since < WITHIN_MS ? known : { since: now, count: 0 };
    if (entry.count >= MOST_WRONG) {
      const waitMs = entry.since + WITHIN_MS - now;
      throw new UpdateError("rate_limited", "Too many wrong tokens from this address. Wait a minute, then try again.", {
        retry_at: new Date(this.#clock.now().getTime() + waitMs).toISOString(),
      });
    }
    entry.count += 1;
    this.#wrong.delete(address);
    this.#wrong.set(address, entry);
    for (const oldest of this.#wrong.keys()) {
      if (this.#wrong.size <= MOST_ADDRESSES) break;
      this.#wrong.delete(oldest);
    }
    return () => {
      entry.count -= 1;
    };
  }
}
