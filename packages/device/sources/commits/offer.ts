import { UpdateError } from "../../error.ts";
import type { Offer, Source } from "../types.ts";

/** A commit that is on offer. It has no addresses: its source makes the bundle. */
export function commitOffer({
  title,
  standing = null,
  ...of
}: Pick<Offer, "version" | "channel" | "title" | "published_at" | "notes_url" | "commit" | "standing">): Offer {
  const addresses = { manifest_url: null, signature_url: null, bundle_url: null };
  return { ...of, ...addresses, title: title || null, notes: null, standing };
}

/** What is asked of releases that are bundles, by a source that has none. */
export const NO_BUNDLES: Pick<Source, "manifest" | "downloadHeaders"> = {
  manifest: async () => {
    throw new UpdateError("internal", "A commit has no manifest until its files are here.");
  },
  downloadHeaders: async () => ({}),
};
