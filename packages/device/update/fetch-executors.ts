import {
  type ApplyRecord,
  type Failure,
  failure,
  type Manifest,
  type Outcome,
  type PublicKey,
  type Release,
  type Sha256,
  type Update,
} from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { verifyManifest } from "@pawl/trust";
import { UpdateError } from "../error.ts";
import type { Offer, Source } from "../sources/types.ts";
import type { Clock } from "../system/types.ts";
import { directionTo, isRefused, namedOffer, newestOf } from "./choose.ts";
import type { FetchEvent } from "./fetch-transition.ts";
import type { Executors, FetchStep } from "./plan.ts";
import { inWindow, opensAt, type Policy } from "./policy.ts";
import type { Advance } from "./progress.ts";
import type { Reporter } from "./reporter.ts";

/** A bundle that lies in the downloads folder. */
export interface Downloads {
  /** Where a bundle with this hash is, or will be. */
  path(sha256: Sha256): string;
  /** Keeps the verified manifest beside it, and nothing that belongs to other releases. */
  keep(manifest: { bytes: Uint8Array; signature: Uint8Array | null; bundle: Sha256 }): Promise<void>;
  /** Fetches what is missing; returns the bytes that went over the network. */
  fetch(
    url: string,
    bundle: NonNullable<Manifest["bundle"]>,
    advance: (advance: Advance) => void,
    signal: AbortSignal,
  ): Promise<number>;
  /** The kept manifest, and the file read again from the disk and compared with it. */
  verify(release: Release, advance: (advance: Advance) => void, signal: AbortSignal): Promise<void>;
  clear(): Promise<void>;
}

/** What the unprivileged side's steps are made of. */
export interface FetchParts {
  source: Source;
  downloads: Downloads;
  versioning: Versioning;
  keys: readonly PublicKey[];
  policy: Policy;
  clock: Clock;
  channel(): Promise<string>;
  current(): Promise<{ version: string; manifest_sha256: Sha256 | null } | null>;
  apply(): Promise<ApplyRecord>;
  reporter(update: Update): Reporter;
  /** Aborts with a `Cancelled` when the owner asks for it. */
  cancelSignal(update: Update): AbortSignal & Disposable;
  /** Has root carry the update out and follows it to its end. */
  handOver(update: Update, release: Release | null, signal: AbortSignal): Promise<Outcome>;
}

/** Carries out each step before the device changes. */
export function fetchExecutors(parts: FetchParts): Executors<FetchStep, FetchEvent> {
  const { source, downloads, clock, policy } = parts;

  return {
    resolve: async ({ update }, signal) => {
      if (update === null) {
        const { newest } = await look(signal);
        return { type: "resolved", at: clock.now().toISOString(), newest, chosen: null };
      }
      return cancellable(update, signal, async (either) => {
        parts.reporter(update).line(`Asking ${source.address} what is there`);
        const { offers, channel, newest } = await look(either);
        const chosen = await choose(update, { offers, channel, newest }, either);
        return { type: "resolved", at: clock.now().toISOString(), newest, chosen };
      });
    },

    download: ({ update, release }, signal) =>
      cancellable(update, signal, async (either) => {
        const reporter = parts.reporter(update);
        const { bytes, signature } = await source.manifest(release, either);
        const expectedSha256 = release.manifest_sha256;
        const { manifest } = verifyManifest({
          bytes,
          signature,
          keys: parts.keys,
          expectedVersion: release.version,
          expectedSha256,
        });
        const bundle = bundleOf(manifest);
        await downloads.keep({ bytes, signature, bundle: bundle.sha256 });
        reporter.line(`Downloading ${release.version} (${sizeInWords(bundle.size)})`);
        const count = await downloads.fetch(release.bundle_url, bundle, (advance) => reporter.advance(advance), either);
        return { type: "downloaded", bytes: count };
      }),

    verify: ({ update, release }, signal) =>
      cancellable(update, signal, async (either) => {
        const reporter = parts.reporter(update);
        reporter.line(parts.keys.length > 0 ? "Verifying the signature and the download" : "Verifying the download");
        await downloads.verify(release, (advance) => reporter.advance(advance), either);
        const now = clock.now();
        const mustWait = update.unattended && policy.window !== null && !inWindow(policy.window, now);
        const until = mustWait && policy.window !== null ? opensAt(policy.window, now).toISOString() : null;
        if (until) reporter.line(`Waiting for the maintenance window ${policy.window}`);
        return { type: "verified", until };
      }),

    "open-window": async () => ({ type: "window-opened" }),

    "hand-over": async ({ update, release }, signal) => {
      const outcome = await parts.handOver(update, release, signal);
      await downloads.clear();
      return { type: "applied", outcome };
    },
  };

  async function look(signal: AbortSignal): Promise<Found> {
    const channel = await parts.channel();
    const offers = await source.offers(signal);
    const newest = newestOf(offers, channel, parts.versioning);
    return { offers, channel, newest: newest && (await releaseOf(newest, signal)) };
  }

  /** Reads and verifies an offer's manifest: only then is it a release. */
  async function releaseOf(offer: Offer, signal: AbortSignal): Promise<Release> {
    const { bytes, signature } = await source.manifest(offer, signal);
    const { manifest, sha256 } = verifyManifest({ bytes, signature, keys: parts.keys, expectedVersion: offer.version });
    const bundle = bundleOf(manifest);
    return {
      version: manifest.version,
      channel: offer.channel,
      manifest_sha256: sha256,
      manifest_url: offer.manifest_url,
      signature_url: offer.signature_url,
      bundle_url: offer.bundle_url,
      size_bytes: bundle.size,
      unpacked_bytes: bundle.unpacked_size,
      title: offer.title,
      notes: offer.notes,
      notes_url: offer.notes_url ?? manifest.changelog ?? null,
      published_at: offer.published_at ?? manifest.published_at ?? null,
    };
  }

  /** The release an install is about, or why there is none to install: an answer, not a trouble of the source's. */
  async function choose(update: Update, found: Found, signal: AbortSignal): Promise<Release | Failure> {
    const { offers, channel, newest } = found;
    if (update.by_name && update.to !== null) {
      const offer = namedOffer(offers, update.to, channel);
      const fields = { version: update.to };
      return offer
        ? releaseOf(offer, signal)
        : failure("not_found", `${source.address} has no release ${update.to}.`, fields);
    }
    if (!newest) return failure("not_found", `The channel ${channel} has no release yet.`);
    const obstacle = obstacleTo(update, newest, await parts.current(), await parts.apply(), parts.versioning);
    return obstacle ? obstacle.toFailure() : newest;
  }

  async function cancellable(
    update: Update,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<FetchEvent>,
  ): Promise<FetchEvent> {
    using cancel = parts.cancelSignal(update);
    try {
      const event = await work(AbortSignal.any([signal, cancel]));
      cancel.throwIfAborted();
      return event;
    } catch (error) {
      throw cancel.aborted ? cancel.reason : error;
    }
  }
}

/** What the source has, and the newest of it for this device's channel. */
interface Found {
  offers: Offer[];
  channel: string;
  newest: Release | null;
}

/** Why an update isn't one to carry out, or null. A release asked for by name is, unless it is the very one in place. */
export function obstacleTo(
  asked: Pick<Update, "by_name" | "force">,
  target: Pick<Release, "version" | "manifest_sha256">,
  current: { version: string; manifest_sha256: Sha256 | null } | null,
  apply: Pick<ApplyRecord, "refused">,
  versioning: Versioning,
): UpdateError | null {
  const version = target.version;
  if (asked.by_name) {
    const isInPlace = current?.version === version && current.manifest_sha256 === target.manifest_sha256;
    return isInPlace && !asked.force ? alreadyThere(version) : null;
  }
  if (isRefused(target, apply.refused)) {
    const message = `This device went back from ${version} because it didn't work. Name the version to try it once more.`;
    return new UpdateError("up_to_date", message, { version });
  }
  if (asked.force) return null;
  switch (directionTo(target, current, versioning)) {
    case "up":
      return null;
    case "down": {
      const message = `${version} is older than ${current?.version}, which is installed. Name the version, or pass {"force": true}, to go back to it.`;
      return new UpdateError("downgrade_refused", message, { version });
    }
    case null:
      return alreadyThere(current?.version ?? version);
  }
}

function alreadyThere(version: string): UpdateError {
  const message = `Already up to date (${version}). Pass {"force": true} to install it again.`;
  return new UpdateError("up_to_date", message, { version });
}

function bundleOf(manifest: Manifest): NonNullable<Manifest["bundle"]> {
  if (manifest.bundle) return manifest.bundle;
  throw new UpdateError(
    "bad_manifest",
    `The manifest of ${manifest.version} doesn't say what its bundle is (the field "bundle").`,
    {
      version: manifest.version,
    },
  );
}

/** A size as people read it: kB, MB and GB. */
function sizeInWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
