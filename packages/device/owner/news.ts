import type { Change, FetchRecord, Outcome, Status } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { asUpdateError, UpdateError } from "../error.ts";
import type { KnownOffers } from "../sources/known-offers.ts";
import type { Asked, AskedChanges, Branches, Changes, Source } from "../sources/types.ts";
import type { Clock } from "../system/types.ts";
import { changesSince } from "../update/changes.ts";
import { inOrder } from "../update/channel-names.ts";
import { newestOf } from "../update/choose.ts";
import { OfferList } from "./offer-list.ts";

/** A page waits for this answer, in milliseconds. */
const CHANGES_WITHIN_MS = 30_000;
/** How many channels an error names, as there may be hundreds. */
const MOST_NAMED = 10;

export interface NewsParts {
  offers: KnownOffers & Pick<Source, "branches" | "address">;
  versioning: Versioning;
  fetchRecord(): Promise<FetchRecord>;
  status(): Promise<Status>;
  /** The updates that have ended. */
  history(): Promise<readonly Outcome[]>;
  clock: Clock;
  shutdown: AbortSignal;
}

/** What is new in a channel for this device, or was when an update began. */
export interface Changelog {
  channel: string;
  installed: string | null;
  latest: string | null;
  commits: Change[];
  warning?: string;
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
    const asked = await this.#asked();
    const { seen, trouble } = await this.#list.look(asked);
    // What is named as long as no source was ever asked.
    const names = seen?.channels ?? [this.#parts.offers.branches ? "main" : "stable"];
    return {
      channels: inOrder([...names, asked.channel]),
      current_channel: asked.channel,
      ...(trouble && { warning: `${trouble.message} These are the channels known so far.` }),
    };
  }

  /** Throws UpdateError `not_found`, which names some that there are, or when the source can't be asked. */
  async requireChannel(channel: string): Promise<void> {
    const asked = await this.#asked();
    if ((await this.#list.look(asked)).seen?.channels.includes(channel)) return;
    // It may have been made since the source was asked last.
    const now = await this.#list.look(asked, { isFreshEnough: false });
    if (now.seen?.channels.includes(channel)) return;
    if (now.trouble) throw now.trouble;
    const some = inOrder(now.seen.channels).slice(0, MOST_NAMED).join(", ");
    const message = `The source has no channel ${channel}. ${some ? `It has ${some}.` : "It has none."}`;
    throw new UpdateError("not_found", message, { detail: channel });
  }

  /**
   * What a channel has and this device doesn't, newest first, at most `max`: releases, or commits of a branch. Throws
   * UpdateError when nothing is known, and `not_found` for a branch that isn't there.
   */
  async changelog(ask: { channel?: string | undefined; max: number }): Promise<Changelog> {
    const followed = await this.#asked();
    const asked = { ...followed, channel: ask.channel ?? followed.channel };
    const { branches } = this.#parts.offers;
    return branches ? this.#commits(branches, asked, ask.max) : this.#releases(asked, ask.max);
  }

  /**
   * What an update that has ended brought along, newest first, at most `max`; its two versions stand for what was installed and
   * what was the latest. Throws as `changelog`, and `not_found` when there was no such update.
   */
  async broughtBy(id: string, max: number): Promise<Changelog> {
    const ended = (await this.#parts.history()).find((outcome) => outcome.id === id);
    if (!ended) throw new UpdateError("not_found", `No update ${id} has ended on this device.`, { detail: id });
    const { channel, from, from_commit, to: version, to_commit: commit } = ended;
    const asked: Asked = { channel, installed: from === null ? null : { version: from, commit: from_commit ?? null } };
    const { branches } = this.#parts.offers;
    if (version !== null && !branches) return this.#releases(asked, max, version);
    // Of a branch it is commits that tell.
    if (version === null || !branches || !commit) return { channel, installed: from, latest: version, commits: [] };
    return this.#commits(branches, { ...asked, until: { version, commit } }, max);
  }

  async #releases(asked: Asked, max: number, until?: string): Promise<Changelog> {
    const { versioning } = this.#parts;
    const { channel } = asked;
    const installed = asked.installed?.version ?? null;
    const { seen, trouble } = await this.#list.look(asked);
    if (!seen) throw trouble;
    return {
      channel,
      installed,
      latest: until ?? newestOf(seen.offers, channel, versioning)?.version ?? null,
      commits: changesSince(seen.offers, { channel, installed, until, versioning }).slice(0, max),
      ...(trouble && { warning: asKnownLast(trouble) }),
    };
  }

  async #commits(branches: Branches, asked: AskedChanges, max: number): Promise<Changelog> {
    const { channel } = asked;
    const installed = asked.installed?.version ?? null;
    const found = await this.#changes(branches, asked, max);
    if (!(found instanceof UpdateError)) return { channel, installed, latest: found.latest, commits: found.changes };
    const known = await branches.knownChanges(asked, max, this.#parts.shutdown).catch(() => null);
    if (!known) throw found;
    return { channel, installed, latest: known.latest, commits: known.changes, warning: asKnownLast(found) };
  }

  /** What the source says, or why it can't be asked. Throws `not_found`, which is an answer. */
  async #changes(branches: Branches, asked: AskedChanges, max: number): Promise<Changes | UpdateError> {
    const limit = await this.#list.limit();
    if (limit) return limit;
    const { shutdown } = this.#parts;
    const signal = AbortSignal.any([shutdown, AbortSignal.timeout(CHANGES_WITHIN_MS)]);
    try {
      return await branches.changes(asked, max, signal);
    } catch (error) {
      shutdown.throwIfAborted();
      const trouble = signal.aborted ? this.#silent() : asUpdateError(error);
      if (trouble.code === "not_found") throw trouble;
      this.#list.noteLimit(trouble);
      return trouble;
    }
  }

  #silent(): UpdateError {
    return new UpdateError("offline", `${this.#parts.offers.address} gave no answer in time.`);
  }

  async #asked(): Promise<Asked> {
    const { channel, current_version, current_commit } = await this.#parts.status();
    return {
      channel,
      installed: current_version === null ? null : { version: current_version, commit: current_commit },
    };
  }
}

function asKnownLast({ message }: UpdateError): string {
  return `${message} This is what was known last.`;
}
