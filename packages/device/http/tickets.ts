import { randomBytes } from "node:crypto";

/** How long a ticket is good for, in milliseconds. */
const GOOD_FOR_MS = 60_000;
const MOST_TICKETS = 1_000;

/**
 * Lets an EventSource in, which can't send a header (contract device-api.md §1, `ticket`). A ticket is good for one call
 * within a minute, so that it does no harm in the log of a proxy. They are in memory only: a page asks for another.
 */
export class Tickets {
  readonly #monotonic: () => number;
  /** When each one is over, in milliseconds; oldest first. */
  readonly #ends = new Map<string, number>();

  /** @param monotonic milliseconds since some moment */
  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** A new one; beyond the most there may be, the oldest is worth nothing any more. */
  issue(): string {
    const ticket = randomBytes(32).toString("base64url");
    this.#ends.set(ticket, this.#monotonic() + GOOD_FOR_MS);
    for (const [oldest, end] of this.#ends) {
      if (this.#ends.size <= MOST_TICKETS && end > this.#monotonic()) break;
      this.#ends.delete(oldest);
    }
    return ticket;
  }

  /** Whether it is good; from now on it isn't. */
  redeem(ticket: string): boolean {
    const end = this.#ends.get(ticket);
    this.#ends.delete(ticket);
    return end !== undefined && this.#monotonic() < end;
  }
}
