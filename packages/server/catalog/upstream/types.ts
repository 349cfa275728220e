import type { Package, PackageGeneration, Trust } from "../types.ts";
import type { Keyring } from "./keyring.ts";
import type { RetryPolicy } from "./retry.ts";

/**
 * What makes the next read of the same thing a conditional one. To be kept with the value it came with, in one
 * transaction, and handed in again as it is: plain JSON, whose fields are this folder's own business.
 */
export interface Validators {
  etag: string | null;
  /** As upstream wrote it. */
  lastModified: string | null;
  /** Where it was read: another mirror's validators mean nothing to this one. */
  url: string;
  /** Which of the files that could have been read: `packages.adb`, `Packages.gz`, … */
  file: string;
  /** Of the content, hex: tells an unchanged file from a mirror that sends no validators. */
  sha256: string;
  /** Digest of the keys it was checked with: other keys, and it is read anew. Null without keys. */
  keyring: string | null;
}

export interface ReadOptions {
  /** Those of the last read; null or absent reads unconditionally. */
  validators?: Validators | null;
  /** Public keys of the distribution. Without any, no signature is asked for; with any, a file of either kind is refused without. */
  keys?: Keyring;
  /** For each request with its redirects and further tries, in milliseconds. Default 30,000. */
  timeoutMs?: number;
  /** Default: one more try for passing causes. */
  retry?: Partial<RetryPolicy>;
  signal?: AbortSignal;
}

/**
 * What a read found. `unchanged` is either a 304 or the same content once more; its validators may be newer ones.
 * `transferred` counts the bytes of all bodies that were sent for it.
 */
export type ReadResult<T> =
  | { outcome: "unchanged"; validators: Validators; transferred: number }
  | {
      outcome: "changed";
      value: T;
      validators: Validators;
      /** Of the content, hex: equal digests mean equal values. */
      sha256: string;
      /** Bytes of the content, decompressed where it came compressed. */
      size: number;
      transferred: number;
      trust: Trust;
    };

/** `.versions.json` */
export interface ReleaseList {
  /** Null where the file names none. */
  stable: string | null;
  oldstable: string | null;
  upcoming: string | null;
  /** As the file orders them: newest first. */
  versions: readonly string[];
}

/** A folder of packages. A name (with its ABI suffix) occurs once. */
export interface Feed {
  /** Null where nothing in the index names one. */
  architecture: string | null;
  generation: PackageGeneration;
  packages: readonly Package[];
  /** Packages that were left out because of an odd name or version, and what is odd about the first. */
  passedOver: PassedOver | null;
}

export interface PassedOver {
  count: number;
  first: string;
}
