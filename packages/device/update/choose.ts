import type { Refusal, Release } from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import type { Offer } from "../sources/types.ts";
import { type Identity, isSameRelease } from "./identity.ts";

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

/** What the owner doesn't want to be offered: a version, or of all the commits that a branch has with it this one. */
export interface Skipped {
  version: string | null;
  commit: string | null;
}

export function isSkipped({ version, commit }: Pick<Release, "version" | "commit">, skipped: Skipped): boolean {
  if (!isSameVersion(version, skipped.version)) return false;
  return commit === null || skipped.commit === null || commit === skipped.commit;
}

/** A release by its name, whatever its channel; a leading v doesn't matter. The current channel's wins over another's. */
export function namedOffer(offers: readonly Offer[], version: string, channel: string): Offer | null {
  const named = offers.filter((offer) => isSameVersion(offer.version, version));
  return named.find((offer) => isIn(channel, offer)) ?? named[0] ?? null;
}

/** Which way an update to a release would go, and why, where the two versions alone don't say it. */
export interface Way {
  direction: "up" | "down";
  reason: string | null;
}

/**
 * Which way an update to `target` would go, or null when there is nothing to do (contract device-api.md §5). Where the
 * commits are known and it is known how they stand to each other, that decides: what comes from the installed commit is
 * newer whatever it is called, and what the installed one comes from is older. Of two lines the versions decide, and at
 * an equal count the other line is an update.
 */
export function wayTo(
  target: (Identity & Partial<Pick<Release, "standing">>) | null,
  current: Identity | null,
  versioning: Versioning,
): Way | null {
  if (!target) return null;
  if (!current) return { direction: "up", reason: null };
  const order = compareLoosely(target.version, current.version, versioning);
  if (target.commit && current.commit) {
    if (target.commit === current.commit) return null;
    const is = target.standing?.to === current.commit ? target.standing.is : null;
    if (is === "ahead") return { direction: "up", reason: order === 1 ? null : NEWER_COMMITS };
    if (is === "behind") return { direction: "down", reason: OLDER_COMMIT };
    if (order === 0) return { direction: "up", reason: is === null ? OTHER_COMMIT : OTHER_LINE };
    if (is === "diverged") return { direction: order === -1 ? "down" : "up", reason: OTHER_LINE };
  }
  // Versions that can't be compared: being different is all one knows, and that is an update.
  if (order === null) return target.version === current.version ? null : { direction: "up", reason: NOT_COMPARABLE };
  return order === 0 ? null : { direction: order > 0 ? "up" : "down", reason: null };
}

const NEWER_COMMITS = "It has commits that aren't installed yet.";
const OLDER_COMMIT = "What is installed has everything that is in it, and more.";
const OTHER_COMMIT = "It is another commit of the same version.";
const OTHER_LINE =
  "It doesn't come from the commit that is installed: the branch is another one, or its history was rewritten.";
const NOT_COMPARABLE = "The two versions can't be compared, and they differ.";

/** As `compare`, and counts `.devN` of the same base where a scheme can't read the version. Gives -1, 0, 1 or null. */
function compareLoosely(a: string, b: string, versioning: Versioning): -1 | 0 | 1 | null {
  const order = versioning.compare(a, b);
  if (order !== null) return Math.sign(order) as -1 | 0 | 1;
  const [one, other] = [a, b].map((version) => /^(.+)\.dev(\d{1,9})(?:\+.*)?$/.exec(version));
  if (!one || !other || one[1] !== other[1]) return null;
  return Math.sign(Number(one[2]) - Number(other[2])) as -1 | 0 | 1;
}

/** Whether this device went back from exactly this release; where nobody knows, the version is all one has. */
export function isRefused(target: Identity, refused: readonly Refusal[]): boolean {
  return refused.some((one) => one.version === target.version && isSameRelease(one, target) !== false);
}
