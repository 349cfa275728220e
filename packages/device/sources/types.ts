import type { Instant } from "@pawl/protocol";

/** A release as its host lists it, before anything of it is read or believed. */
export interface Offer {
  version: string;
  channel: string;
  published_at: Instant | null;
  title: string | null;
  notes: string | null;
  notes_url: string | null;
  /** Null: the host lists none beside the bundle; there may be one inside. */
  manifest_url: string | null;
  signature_url: string | null;
  bundle_url: string;
  /** Of the bundle, in bytes, when the host says so. */
  bundle_size?: number | null;
  /** What the host calls this very upload: another one under the same name has another. */
  bundle_id?: string | null;
}

/**
 * Where releases come from. Every call reads the network, has its own time limit and length cap, ends when `signal`
 * aborts, and throws UpdateError (`offline`, `host_error`, `rate_limited`, `not_found`, `bad_manifest`, `too_large`,
 * `config_invalid`).
 */
export interface Source {
  /** Its address as people may see it: no password, no token. */
  readonly address: string;
  /** Every release on offer, in no order. Asks conditionally: an unchanged list costs one small answer. */
  offers(signal: AbortSignal): Promise<Offer[]>;
  /** The exact bytes of a release's manifest and of its signature file, when it has one. */
  manifest(
    offer: { manifest_url: string; signature_url: string | null },
    signal: AbortSignal,
  ): Promise<{ bytes: Uint8Array; signature: Uint8Array | null }>;
  /**
   * Request headers for downloading the bundle. A token of the host's is among them, and goes nowhere else. Throws
   * UpdateError `host_error` for an address this kind of source has no business with, such as a file of this device for
   * one on the network; `config_invalid` when the token can't be read.
   */
  downloadHeaders(url: string): Promise<Record<string, string>>;
}

/** What every kind of source gets: `cacheDir` is a folder of its own for what it wants to remember between checks. */
export interface SourceParts {
  cacheDir: string;
  userAgent: string;
}

/** How long one read may take, in milliseconds. */
export interface ReadLimits {
  timeoutMs: number;
  /** Of silence. */
  idleMs: number;
}

export const READ_LIMITS: ReadLimits = { timeoutMs: 120_000, idleMs: 15_000 };
