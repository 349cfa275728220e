import { ensureFolder, readTextIfThere, writeCacheFile } from "../store/atomic-file.ts";
import { jsonOrNull } from "../store/record.ts";
import type { Asked, Offer, Seen, Source } from "./types.ts";

/** The newest of a list are the ones anybody reads about. */
const MOST_OFFERS = 200;
/** Of one release's notes, in characters: whoever wants all of it follows the link. */
const MOST_NOTES = 10_000;

/** A source's last answer. */
export interface Known extends Seen {
  /** ISO 8601, UTC. */
  at: string;
  /** Which channel was asked for: where channels are branches, only that one's newest is among the offers. */
  channel: string;
}

export interface KnownOffers extends Pick<Source, "look"> {
  /** What the source said last, and when; null when it never has. Reads no network. */
  known(): Promise<Known | null>;
}

/** A source that remembers its last answer in a file, over restarts. */
export function rememberOffers(
  source: Source,
  { dir, path, now }: { dir: string; path: string; now(): Date },
): Source & KnownOffers {
  return {
    ...source,
    async look(asked, signal) {
      const seen = await source.look(asked, signal);
      await keep(asked, seen).catch(() => undefined); // A full disk must not hide that there is an update.
      return seen;
    },
    async known() {
      const value = jsonOrNull((await readTextIfThere(path)) ?? "") as { [K in keyof Known]?: unknown } | null;
      const { at, channel, offers, channels } = value ?? {};
      if (typeof at !== "string" || typeof channel !== "string") return null;
      if (!Array.isArray(offers) || !Array.isArray(channels)) return null;
      return { at, channel, offers: offers as Offer[], channels: channels as string[] };
    },
  };

  async function keep({ channel }: Asked, { offers, channels }: Seen): Promise<void> {
    const byDate = [...offers].sort((a, b) => (b.published_at ?? "").localeCompare(a.published_at ?? ""));
    // A channel of old releases only is a channel all the same.
    const firstOf = new Map([...byDate].reverse().map((offer) => [offer.channel, offer]));
    const some = byDate
      .filter((offer, at) => at < MOST_OFFERS || firstOf.get(offer.channel) === offer)
      .map((offer) => ({ ...offer, notes: offer.notes?.slice(0, MOST_NOTES) ?? null }));
    await ensureFolder(dir);
    await writeCacheFile(path, JSON.stringify({ at: now().toISOString(), channel, offers: some, channels }));
  }
}
