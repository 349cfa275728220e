import type { Change } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import type { Offer } from "../sources/types.ts";
import { isIn, wayTo } from "./choose.ts";

export interface Since {
  channel: string;
  /** Null: nothing is installed, so everything is new. */
  installed: string | null;
  /** The last of them; without it all there are. */
  until?: string | undefined;
  versioning: Versioning;
}

/** The releases of a channel that are newer than what is installed, newest first. What can't be parsed as a version is passed over. */
export function changesSince(offers: readonly Offer[], { channel, installed, until, versioning }: Since): Change[] {
  const isTooNew = ({ version }: Offer) => until !== undefined && (versioning.compare(version, until) ?? 1) > 0;
  const current = installed === null ? null : asRelease({ version: installed });
  return offers
    .filter((offer) => isIn(channel, offer) && versioning.isValid(offer.version))
    .filter((offer) => wayTo(asRelease(offer), current, versioning)?.direction === "up")
    .filter((offer) => !isTooNew(offer))
    .sort((a, b) => versioning.compare(b.version, a.version) ?? 0)
    .map((offer) => ({
      sha: offer.version,
      short_sha: offer.version,
      title: offer.title ?? offer.version,
      body: offer.notes ?? "",
      author: "",
      date: offer.published_at,
      url: offer.notes_url,
    }));
}

/** By its version alone. */
function asRelease({ version }: { version: string }) {
  return { version, manifest_sha256: null };
}
