import type { Change, Instant, Standing } from "@pawl/protocol";
import type { UpdateError } from "../error.ts";
import type { Advance } from "../update/progress.ts";

/** A release as its host lists it, before anything of it is read or believed. */
export interface Offer {
  version: string;
  /** Null: in none, such as the tag of a branch. */
  channel: string | null;
  published_at: Instant | null;
  title: string | null;
  notes: string | null;
  notes_url: string | null;
  /** Null: the host lists none beside the bundle; there may be one inside. */
  manifest_url: string | null;
  signature_url: string | null;
  /** Null: the source makes the bundle, from `commit`. */
  bundle_url: string | null;
  commit?: string | null;
  /** How that commit stands to the installed one. Null: not known, or the same. */
  standing?: Standing | null;
  /** Of the bundle, in bytes, when the host says so. */
  bundle_size?: number | null;
  /** What the host calls this very upload: another one under the same name has another. */
  bundle_id?: string | null;
}

/** What somebody wants to know of a source. */
export interface Asked {
  channel: string;
  /** What the device has; null before the first release. */
  installed: { version: string; commit: string | null } | null;
}

/** What a source said. */
export interface Seen {
  /** In no order. Of a source that follows branches: the asked channel's newest commit, and every tag that is a version. */
  offers: Offer[];
  /** The names of all channels, in no order. */
  channels: string[];
  /**
   * Why the newest commit of the branch that was asked for is none of the offers: `bad_version`, it can't be told which
   * version it has. All the rest is as the host has it: one may go to another branch, or to a tag.
   */
  trouble?: UpdateError;
}

/**
 * Where releases come from, as the engine knows it. Every call reads the network, has its own time limit and length cap,
 * ends when `signal` aborts, and throws UpdateError (`offline`, `host_error`, `rate_limited`, `not_found`, `bad_manifest`,
 * `bad_version`, `too_large`, `config_invalid`): a look-up that failed is never a version.
 */
export interface Source {
  /** Its address as people may see it: no password, no token. */
  readonly address: string;
  /** What is on offer. Asks conditionally: what hasn't changed costs one small answer. A channel that isn't there has no offers. */
  look(asked: Asked, signal: AbortSignal): Promise<Seen>;
  /** Null: its channels aren't branches, and every offer has addresses. */
  readonly branches: Branches | null;
  manifest: ReleaseList["manifest"];
  downloadHeaders: ReleaseList["downloadHeaders"];
}

/** Which commits somebody wants to know of. */
export interface AskedChanges extends Asked {
  /** What they end with, where that isn't the end of the branch: it may be gone on since, or gone. */
  until?: { version: string; commit: string };
}

/** The commits of a branch that somebody doesn't have, newest first, and the version of the branch. */
export interface Changes {
  latest: string | null;
  changes: Change[];
}

/** What a source can do besides whose channels are branches. */
export interface Branches {
  /** The names of all branches. Remembers nothing. Throws as `look`. */
  names(signal: AbortSignal): Promise<string[]>;
  /**
   * The commits of a branch that the installed one doesn't come from, newest first, at most `max`, and the version of its
   * newest. Where no commit is installed the versions decide as well as they can. Throws as `look`; `not_found` when it
   * doesn't know the commit that they are to end with.
   */
  changes(asked: AskedChanges, max: number, signal: AbortSignal): Promise<Changes>;
  /**
   * The same from what it remembers, without the network; null when it doesn't know enough. A failed look-up is answered
   * with this, and a warning.
   */
  knownChanges(asked: AskedChanges, max: number, signal: AbortSignal): Promise<Changes | null>;
  /**
   * Lays every file of a commit into an empty folder, and nothing of git's. Throws `release_moved` when the host doesn't
   * have the commit any more, `archive_refused` for what no release may be made of.
   */
  checkOut(commit: string, dir: string, advance: (advance: Advance) => void, signal: AbortSignal): Promise<void>;
}

/**
 * A host of releases that are bundles. Every call reads the network, has its own time limit and length cap, ends when
 * `signal` aborts, and throws UpdateError (`offline`, `host_error`, `rate_limited`, `not_found`, `bad_manifest`, `too_large`,
 * `config_invalid`).
 */
export interface ReleaseList {
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
