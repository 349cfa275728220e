import type { Change, FetchRecord, Status } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { asUpdateError } from "../error.ts";
import type { KnownOffers } from "../sources/known-offers.ts";
import type { Offer } from "../sources/types.ts";
import type { Clock } from "../system/types.ts";
import { changesSince } from "../update/changes.ts";
import { channelNames, inOrder } from "../update/channel-names.ts";
import { forChannel } from "../update/status.ts";

/** A page waits for this answer, in milliseconds. */
const ASK_WITHIN_MS = 20_000;
/** What the source said less than this ago is good enough, in milliseconds (contract device-api.md §1, `check`). */
const FRESH_MS = 10 * 60_000;

export interface NewsParts {
  offers: KnownOffers;
  versioning: Versioning;
  fetchRecord(): Promise<FetchRecord>;
  status(): Promise<Status>;
  clock: Clock;
  shutdown: AbortSignal;
}

interface Listed {
  offers: readonly Offer[];
  /** Why this isn't what the source has now; null when it is. */
  trouble: ReturnType<typeof asUpdateError> | null;
}

/** What the source has to say besides the newest release. Asks it seldom: what a check has seen is kept. */
export class News {
  readonly #parts: NewsParts;

  constructor(parts: NewsParts) {
    this.#parts = parts;
  }

  /** Never fails: when the source can't be asked, `warning` says so, and what was known last is given. */
  async channels(): Promise<{ channels: string[]; current_channel: string; warning?: string }> {
    const { channel: current_channel } = await this.#parts.status();
    const { offers, trouble } = await this.#list();
    const channels = inOrder([...channelNames(offers), current_channel]);
    return {
      channels,
      current_channel,
      ...(trouble && { warning: `${trouble.message} These are the channels known so far.` }),
    };
  }

  /** Throws UpdateError when the source can't be asked. */
  async hasChannel(channel: string): Promise<boolean> {
    const { offers, trouble } = await this.#list();
    const names = channelNames(offers);
    if (names.includes(channel)) return true;
    if (trouble) throw trouble;
    return false;
  }

  /** The releases of a channel that this device doesn't have yet, newest first, at most `max`. Throws UpdateError when nothing is known. */
  async changelog(ask: { channel?: string | undefined; max: number }): Promise<{
    channel: string;
    installed: string | null;
    latest: string | null;
    commits: Change[];
    warning?: string;
  }> {
    const { versioning, status, fetchRecord } = this.#parts;
    const { channel: followed, current_version: installed } = await status();
    const channel = ask.channel ?? followed;
    const { offers, trouble } = await this.#list();
    if (trouble && offers.length === 0) throw trouble;
    const commits = changesSince(offers, { channel, installed, versioning });
    const known = forChannel(await fetchRecord(), channel).release?.version ?? null;
    return {
      channel,
      installed,
      latest: commits[0]?.sha ?? known,
      commits: commits.slice(0, ask.max),
      ...(trouble && { warning: `${trouble.message} This is what was known last.` }),
    };
  }

  async #list(): Promise<Listed> {
    const { offers, clock, shutdown } = this.#parts;
    const known = await offers.known();
    const age = known ? clock.now().getTime() - Date.parse(known.at) : Number.NaN;
    if (known && age >= 0 && age < FRESH_MS) return { offers: known.offers, trouble: null };
    try {
      const signal = AbortSignal.any([shutdown, AbortSignal.timeout(ASK_WITHIN_MS)]);
      return { offers: await offers.offers(signal), trouble: null };
    } catch (error) {
      shutdown.throwIfAborted();
      return { offers: known?.offers ?? [], trouble: asUpdateError(error) };
    }
  }
}
