import type { Instant } from "@pawl/protocol";

/** A release as its host lists it, before anything of it is read or believed. */
export interface Offer {
  version: string;
  channel: string;
  published_at: Instant | null;
  title: string | null;
  notes: string | null;
  notes_url: string | null;
  manifest_url: string;
  signature_url: string | null;
  bundle_url: string;
}

/**
 * Where releases come from. Every call reads the network, has its own time limit and length cap, ends when `signal`
 * aborts, and throws UpdateError (`offline`, `host_error`, `rate_limited`, `not_found`, `bad_manifest`, `too_large`).
 */
export interface Source {
  /** Its address as people may see it: no password, no token. */
  readonly address: string;
  /** Every release on offer, in no order. Asks conditionally: an unchanged list costs one small answer. */
  offers(signal: AbortSignal): Promise<Offer[]>;
  /** The exact bytes of a release's manifest and of its signature file, when it has one. */
  manifest(
    offer: Pick<Offer, "manifest_url" | "signature_url">,
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; signature: Uint8Array | null }>;
  /** Request headers for downloading the bundle. */
  downloadHeaders(url: string): Record<string, string>;
}
