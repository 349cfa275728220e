import type { FetchRecord } from "@pawl/protocol";
import { asUpdateError, UpdateError } from "../error.ts";
import type { KnownOffers } from "../sources/known-offers.ts";
import type { Offer } from "../sources/types.ts";
import type { Clock } from "../system/types.ts";

/** A page waits for this answer, in milliseconds. */
const ASK_WITHIN_MS = 20_000;
/** What the source said less than this ago is good enough, in milliseconds (contract device-api.md §1, `check`). */
const FRESH_MS = 10 * 60_000;

export interface OfferListParts {
  offers: KnownOffers;
  fetchRecord(): Promise<FetchRecord>;
  clock: Clock;
  shutdown: AbortSignal;
}

/** What the source has, or had when it could be asked last; never neither. */
export type Listed =
  | { offers: readonly Offer[]; trouble: null }
  /** Why this isn't what the source has now. `offers` is null when it never said. */
  | { offers: readonly Offer[] | null; trouble: UpdateError };

/** The source's releases for those who only look. However many look at once, the source is asked once; a host's limit is kept to. */
export class OfferList {
  readonly #parts: OfferListParts;
  #asking: Promise<Listed> | null = null;
  /** From the last time it was asked from here. */
  #limit: UpdateError | null = null;

  constructor(parts: OfferListParts) {
    this.#parts = parts;
  }

  /** @param isFreshEnough whether a young answer will do; false: ask */
  async look({ isFreshEnough = true } = {}): Promise<Listed> {
    const { offers, clock } = this.#parts;
    const known = await offers.known();
    const age = known ? clock.now().getTime() - Date.parse(known.at) : Number.NaN;
    if (known && isFreshEnough && age >= 0 && age < FRESH_MS) return { offers: known.offers, trouble: null };
    this.#asking ??= this.#ask(known?.offers ?? null).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(known: readonly Offer[] | null): Promise<Listed> {
    const { offers, shutdown } = this.#parts;
    const limit = await this.#limitNow();
    if (limit) return { offers: known, trouble: limit };
    try {
      const signal = AbortSignal.any([shutdown, AbortSignal.timeout(ASK_WITHIN_MS)]);
      return { offers: await offers.offers(signal), trouble: null };
    } catch (error) {
      shutdown.throwIfAborted();
      const trouble = asUpdateError(error);
      if (trouble.code === "rate_limited") this.#limit = trouble;
      return { offers: known, trouble };
    }
  }

  /** Asking all the same would only make the host's limit last longer. */
  async #limitNow(): Promise<UpdateError | null> {
    const { fetchRecord, clock } = this.#parts;
    const { failure } = await fetchRecord();
    const met = failure?.code === "rate_limited" ? failure : (this.#limit?.toFailure() ?? null);
    if (!met?.retry_at || Date.parse(met.retry_at) <= clock.now().getTime()) return null;
    const { code, message, ...fields } = met;
    return new UpdateError(code, message, fields);
  }
}
