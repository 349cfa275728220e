import { ensureFolder, readTextIfThere, writeCacheFile } from "../store/atomic-file.ts";
import { jsonOrNull } from "../store/record.ts";
import type { Offer, Source } from "./types.ts";

/** The newest of a list are the ones anybody reads about. */
const MOST_OFFERS = 200;
/** Of one release's notes, in characters: whoever wants all of it follows the link. */
const MOST_NOTES = 10_000;

export interface KnownOffers extends Pick<Source, "offers"> {
  /** What the source said last, and when; null when it never has. Reads no network. */
  known(): Promise<{ at: string; offers: Offer[] } | null>;
}

/** A source that remembers its last answer in a file, over restarts. */
export function rememberOffers(
  source: Source,
  { dir, path, now }: { dir: string; path: string; now(): Date },
): Source & KnownOffers {
  return {
    ...source,
    async offers(signal) {
      const offers = await source.offers(signal);
      await keep(offers).catch(() => undefined); // A full disk must not hide that there is an update.
      return offers;
    },
    async known() {
      const value = jsonOrNull((await readTextIfThere(path)) ?? "") as { at?: unknown; offers?: unknown } | null;
      if (typeof value?.at !== "string" || !Array.isArray(value.offers)) return null;
      return { at: value.at, offers: value.offers as Offer[] };
    },
  };

  async function keep(offers: readonly Offer[]): Promise<void> {
    const byDate = [...offers].sort((a, b) => (b.published_at ?? "").localeCompare(a.published_at ?? ""));
    // A channel of old releases only is a channel all the same.
    const firstOf = new Map([...byDate].reverse().map((offer) => [offer.channel, offer]));
    const some = byDate
      .filter((offer, at) => at < MOST_OFFERS || firstOf.get(offer.channel) === offer)
      .map((offer) => ({ ...offer, notes: offer.notes?.slice(0, MOST_NOTES) ?? null }));
    await ensureFolder(dir);
    await writeCacheFile(path, JSON.stringify({ at: now().toISOString(), offers: some }));
  }
}
