import type { Refusal } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import type { Offer } from "../sources/types.ts";

/** Whether a channel shows a release: `prerelease` shows stable ones too, any other shows its own. */
export function isIn(channel: string, offer: Pick<Offer, "channel">): boolean {
  return offer.channel === channel || (channel === "prerelease" && offer.channel === "stable");
}

/**
 * The newest release of a channel, decided by versions, never by the host's order; between equal versions the one
 * published last. What can't be parsed as a version is passed over. Null when the channel has none.
 */
export function newestOf(offers: readonly Offer[], channel: string, versioning: Versioning): Offer | null {
  const candidates = offers.filter((offer) => isIn(channel, offer) && versioning.isValid(offer.version));
  return candidates.reduce<Offer | null>((best, offer) => {
    if (best === null) return offer;
    const order = versioning.compare(offer.version, best.version) ?? 0;
    const later = (offer.published_at ?? "") > (best.published_at ?? "");
    return order > 0 || (order === 0 && later) ? offer : best;
  }, null);
}

/** Whether two names mean the same version: a leading v doesn't matter. */
export function isSameVersion(one: string | null, other: string | null): boolean {
  return one?.replace(/^v/, "") === other?.replace(/^v/, "");
}

/** A release by its name, whatever its channel; a leading v doesn't matter. The current channel's wins over another's. */
export function namedOffer(offers: readonly Offer[], version: string, channel: string): Offer | null {
  const named = offers.filter((offer) => isSameVersion(offer.version, version));
  return named.find((offer) => isIn(channel, offer)) ?? named[0] ?? null;
}

/** Which way an update to `target` would go, or null when there is nothing to do. */
export function directionTo(
  target: { version: string } | null,
  current: { version: string } | null,
  versioning: Versioning,
): "up" | "down" | null {
  if (!target) return null;
  if (!current) return "up";
  const order = versioning.compare(target.version, current.version);
  // Versions that can't be compared: being different is all one knows, and that is an update.
  if (order === null) return target.version === current.version ? null : "up";
  return order > 0 ? "up" : order < 0 ? "down" : null;
}

/** Whether this device went back from exactly this release. */
export function isRefused(
  target: { version: string; manifest_sha256: string | null },
  refused: readonly Refusal[],
): boolean {
  return refused.some(
    (one) =>
      one.version === target.version &&
      // One of the two isn't known: the version is all one has.
      (one.manifest_sha256 === null ||
        target.manifest_sha256 === null ||
        one.manifest_sha256 === target.manifest_sha256),
  );
}
