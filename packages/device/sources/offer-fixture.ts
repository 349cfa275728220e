import type { Offer } from "./types.ts";

/** A made-up offer; tests change the fields they are about. */
export function anOffer(version: string, fields: Partial<Offer> = {}): Offer {
  return {
    version,
    channel: "stable",
    published_at: null,
    title: null,
    notes: null,
    notes_url: null,
    manifest_url: `https://updates.example.org/${version}/manifest.json`,
    signature_url: null,
    bundle_url: `https://updates.example.org/${version}/app.tar`,
    ...fields,
  };
}
