import type { Change, FetchRecord, Status } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import type { KnownOffers } from "../sources/known-offers.ts";
import type { Clock } from "../system/types.ts";
import { changesSince } from "../update/changes.ts";
import { channelNames, inOrder, UNASKED } from "../update/channel-names.ts";
import { newestOf } from "../update/choose.ts";
import { OfferList } from "./offer-list.ts";

export interface NewsParts {
  offers: KnownOffers;
  versioning: Versioning;
  fetchRecord(): Promise<FetchRecord>;
  status(): Promise<Status>;
  clock: Clock;
  shutdown: AbortSignal;
}

/** What the source has to say besides the newest release. Asks it seldom: what a check has seen is kept. */
export class News {
  readonly #parts: NewsParts;
  readonly #list: OfferList;

  constructor(parts: NewsParts) {
    this.#parts = parts;
    this.#list = new OfferList(parts);
  }

  /** Never fails: when the source can't be asked, `warning` says so, and what was known last is given. */
  async channels(): Promise<{ channels: string[]; current_channel: string; warning?: string }> {
    const { channel: current_channel } = await this.#parts.status();
    const { offers, trouble } = await this.#list.look();
    const names = offers ? channelNames(offers) : UNASKED;
    return {
      channels: inOrder([...names, current_channel]),
      current_channel,
      ...(trouble && { warning: `${trouble.message} These are the channels known so far.` }),
    };
  }

  /** Throws UpdateError when the source can't be asked. */
  async hasChannel(channel: string): Promise<boolean> {
    const has = ({ offers }: Awaited<ReturnType<OfferList["look"]>>) => channelNames(offers ?? []).includes(channel);
    if (has(await this.#list.look())) return true;
    // It may have been made since the source was asked last.
    const now = await this.#list.look({ isFreshEnough: false });
    if (has(now)) return true;
    if (now.trouble) throw now.trouble;
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
    const { versioning, status } = this.#parts;
    const { channel: followed, current_version: installed } = await status();
    const channel = ask.channel ?? followed;
    const { offers, trouble } = await this.#list.look();
    if (!offers) throw trouble;
    return {
      channel,
      installed,
      latest: newestOf(offers, channel, versioning)?.version ?? null,
      commits: changesSince(offers, { channel, installed, versioning }).slice(0, ask.max),
      ...(trouble && { warning: `${trouble.message} This is what was known last.` }),
    };
  }
}
