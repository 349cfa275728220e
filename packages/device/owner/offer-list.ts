import type { FetchRecord } from "@pawl/protocol";
import { asUpdateError, UpdateError } from "../error.ts";
import type { Known, KnownOffers } from "../sources/known-offers.ts";
import type { Asked, Seen, Source } from "../sources/types.ts";
import type { Clock } from "../system/types.ts";

/** A page waits for this answer, in milliseconds. */
const ASK_WITHIN_MS = 20_000;
/** What the source said less than this ago is good enough, in milliseconds (contract device-api.md §1, `check`). */
const FRESH_MS = 10 * 60_000;

export interface OfferListParts {
  offers: KnownOffers & Pick<Source, "branches">;
  fetchRecord(): Promise<FetchRecord>;
  clock: Clock;
  shutdown: AbortSignal;
}

/** What the source has, or had when it could be asked last; never neither. */
export type Listed =
  | { seen: Seen; trouble: null }
  /** Why this isn't what the source has now. `seen` is null when it never said. */
  | { seen: Seen | null; trouble: UpdateError };

/** What the source has, for those who only look. However many look at once, the source is asked once; a host's limit is kept to. */
export class OfferList {
  readonly #parts: OfferListParts;
  readonly #asking = new Map<string, Promise<Listed>>();
  /** From the last time it was asked from here. */
  #limit: UpdateError | null = null;

  constructor(parts: OfferListParts) {
    this.#parts = parts;
  }

  /** @param isFreshEnough whether a young answer will do; false: ask */
  async look(asked: Asked, { isFreshEnough = true } = {}): Promise<Listed> {
    const { offers, clock } = this.#parts;
    const known = await offers.known();
    const age = known ? clock.now().getTime() - Date.parse(known.at) : Number.NaN;
    if (known && isFreshEnough && this.#answers(known, asked) && age >= 0 && age < FRESH_MS)
      return { seen: known, trouble: null };
    const key = JSON.stringify(asked);
    const asking = this.#asking.get(key) ?? this.#ask(asked, known).finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  /** Whether an answer is one to this question: of a branch only the one that was asked for is known. */
  #answers(known: Known, asked: Asked): boolean {
    return this.#parts.offers.branches === null || known.channel === asked.channel;
  }

  async #ask(asked: Asked, known: Known | null): Promise<Listed> {
    const { offers, shutdown } = this.#parts;
    const limit = await this.limit();
    if (limit) return { seen: known, trouble: limit };
    try {
      const signal = AbortSignal.any([shutdown, AbortSignal.timeout(ASK_WITHIN_MS)]);
      return { seen: await offers.look(asked, signal), trouble: null };
    } catch (error) {
      shutdown.throwIfAborted();
      const trouble = asUpdateError(error);
      this.noteLimit(trouble);
      return { seen: known, trouble };
    }
  }

  /** What else is asked of the host meets the same limit. */
  noteLimit(trouble: UpdateError): void {
    if (trouble.code === "rate_limited") this.#limit = trouble;
  }

  /** A host's limit that holds: asking all the same would only make it last longer. */
  async limit(): Promise<UpdateError | null> {
    const { fetchRecord, clock } = this.#parts;
    const { failure } = await fetchRecord();
    const met = failure?.code === "rate_limited" ? failure : (this.#limit?.toFailure() ?? null);
    if (!met?.retry_at || Date.parse(met.retry_at) <= clock.now().getTime()) return null;
    const { code, message, ...fields } = met;
    return new UpdateError(code, message, fields);
  }
}
