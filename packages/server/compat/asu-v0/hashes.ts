import { createHash } from "node:crypto";

/** What the first generation makes a request's hash of. As the client wrote it, before anything is looked up. */
export interface HashedRequest {
  distro: string;
  version: string;
  target: string;
  /** The board with `,` as `_`; empty for an upgrade check. */
  profile: string;
  defaults: string;
  packages: readonly string[];
}

/**
 * 12 hex digits. Only 48 bits, so anybody can make two lists with the same hash: good for finding a list, never for
 * believing that it is the same one. (asu-v0 §2.1, as are the others.)
 */
export function packagesHash(names: Iterable<string>): string {
  return truncated([...new Set(names)].sort().join(" "), 12);
}

/** 32 hex digits. */
export function defaultsHash(defaults: string): string {
  return truncated(defaults, 32);
}

/** 12 hex digits. Nothing sent, nothing hashed: an empty word, not the hash of one. */
export function requestHash(request: HashedRequest): string {
  const { distro, version, target, profile, defaults, packages } = request;
  const last = [defaults ? defaultsHash(defaults) : "", packages.length > 0 ? packagesHash(packages) : ""];
  return truncated([distro, version, target, profile, ...last].join(" "), 12);
}

/** 15 hex digits, of the manifest file's text. */
export function manifestHash(manifest: string): string {
  return truncated(manifest, 15);
}

/** 15 hex digits; more only where another image has those already. */
export function imageHash(
  image: {
    distro: string;
    version: string;
    target: string;
    profile: string;
    /** `defaultsHash(…)`, or empty. */
    defaultsHash: string;
    manifestHash: string;
  },
  digits = 15,
): string {
  const { distro, version, target, profile } = image;
  return truncated([distro, version, target, profile, image.defaultsHash, image.manifestHash].join(" "), digits);
}

function truncated(text: string, digits: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, digits);
}
