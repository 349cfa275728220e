import { stat, utimes } from "node:fs/promises";
import type { Instant } from "@pawl/protocol";
import { ensureFolder, readTextIfThere, writeCacheFile } from "../store/atomic-file.ts";
import { jsonOrNull } from "../store/record.ts";
import type { Asked, Offer, Seen, Source } from "./types.ts";

/** The newest of a list are the ones anybody reads about. */
const MOST_OFFERS = 200;
/** Of one release's notes, in characters: whoever wants all of it follows the link. */
const MOST_NOTES = 10_000;

/** A source's last answer. */
export interface Known extends Seen {
  at: Instant;
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
      const at = await saidAt();
      const value = jsonOrNull((await readTextIfThere(path)) ?? "") as { [K in keyof Known]?: unknown } | null;
      const { channel, offers, channels } = value ?? {};
      if (at === null || typeof channel !== "string" || !Array.isArray(offers) || !Array.isArray(channels)) return null;
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
    const text = JSON.stringify({ channel, offers: some, channels });
    if ((await readTextIfThere(path)) !== text) {
      await ensureFolder(dir);
      await writeCacheFile(path, text);
    }
    const at = now();
    await utimes(path, at, at);
  }

  /** The file's own time, so that an answer like the one before rewrites nothing. */
  async function saidAt(): Promise<Instant | null> {
    const stats = await stat(path).catch(() => null);
    return stats?.mtime.toISOString() ?? null;
  }
}
