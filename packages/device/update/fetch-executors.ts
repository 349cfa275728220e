import type { Manifest, Outcome, PublicKey, Release, Sha256, Update } from "@pawl/protocol";
import { verifyManifest } from "@pawl/trust";
import { UpdateError } from "../error.ts";
import type { Source } from "../sources/types.ts";
import type { Clock } from "../system/types.ts";
import type { FetchEvent } from "./fetch-transition.ts";
import type { Executors, FetchStep } from "./plan.ts";
import { inWindow, opensAt, type Policy } from "./policy.ts";
import type { Advance } from "./progress.ts";
import type { Reporter } from "./reporter.ts";
import { type ResolveParts, Resolver } from "./resolve.ts";

/** A bundle that lies in the downloads folder. */
export interface Downloads {
  /** Keeps the verified manifest beside its bundle, and nothing that belongs to other releases. */
  keep(manifest: { bytes: Uint8Array; signature: Uint8Array | null; bundle: Sha256 }): Promise<void>;
  /** Fetches what is missing; returns the bytes that went over the network. */
  fetch(
    url: string,
    bundle: NonNullable<Manifest["bundle"]>,
    advance: (advance: Advance) => void,
    signal: AbortSignal,
  ): Promise<number>;
  /** The same for a bundle of which nobody has stated the hash: `size` is in bytes, null when nobody has stated that either. */
  fetchUnstated(
    url: string,
    size: number | null,
    advance: (advance: Advance) => void,
    signal: AbortSignal,
  ): Promise<{ bytes: number; sha256: Sha256 }>;
  /** The `manifest.json` inside a bundle that is here. Throws UpdateError `bad_manifest` when there is none. */
  manifestInside(bundle: Sha256, signal: AbortSignal): Promise<Uint8Array>;
  /** Makes a bundle of what `checkOut` lays into an empty folder, with a manifest that says which commit it is. */
  packCommit(
    about: { version: string; commit: string; published_at: string | null },
    checkOut: (dir: string, signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Whether the bundle of this commit is here, whole. */
  hasCommit(commit: string, version: string): Promise<boolean>;
  /** What `packCommit` has made. `size`: of the bundle, in bytes. */
  packed(release: Pick<Release, "version">): Promise<{ manifest: Manifest; manifestSha256: Sha256; size: number }>;
  /** The kept manifest, and the file read again from the disk and compared with it. */
  verify(release: Release, advance: (advance: Advance) => void, signal: AbortSignal): Promise<void>;
  clear(): Promise<void>;
}

/** What the unprivileged side's steps are made of. */
export interface FetchParts extends ResolveParts {
  source: Source;
  downloads: Downloads;
  keys: readonly PublicKey[];
  policy(): Promise<Policy>;
  clock: Clock;
  reporter(update: Update): Reporter;
  /** Throws UpdateError when this release can't be installed here, before any of it is downloaded. */
  preflight(release: Release, manifest: Manifest | null, signal: AbortSignal): Promise<void>;
  /** Aborts with a `Cancelled` when the owner asks for it. */
  cancelSignal(update: Update): AbortSignal & Disposable;
  /** Has root carry the update out and follows it to its end. */
  handOver(update: Update, release: Release | null, signal: AbortSignal): Promise<Outcome>;
}

/** Carries out each step before the device changes. */
export function fetchExecutors(parts: FetchParts): Executors<FetchStep, FetchEvent> {
  const { source, downloads, clock, keys } = parts;
  const resolver = new Resolver(parts);

  return {
    resolve: async ({ update }, signal) => {
      const at = () => clock.now().toISOString();
      if (update === null) return { type: "resolved", found: await resolver.look(signal), chosen: null, at: at() };
      return cancellable(update, signal, async (either) => {
        parts.reporter(update).line(`Asking ${source.address} what is there`);
        return { type: "resolved", ...(await resolver.choose(update, either)), at: at() };
      });
    },

    download: ({ update, release }, signal) =>
      cancellable(update, signal, async (either) => {
        if (release.commit !== null) return { type: "downloaded", ...(await packCommit(update, release, either)) };
        const known = release.manifest_url === null ? null : await readManifest(release, release.manifest_url, either);
        await parts.preflight(release, known?.manifest ?? null, either);
        const reporter = parts.reporter(update);
        const size = release.size_bytes;
        reporter.line(`Downloading ${release.version}${size === null ? "" : ` (${sizeInWords(size)})`}`);
        const advance = (advanced: Advance) => reporter.advance(advanced);
        if (!known?.manifest.bundle)
          return { type: "downloaded", ...(await fetchUnstated(release, known, advance, either)) };
        const { bundle } = known.manifest;
        await downloads.keep({ bytes: known.bytes, signature: known.signature, bundle: bundle.sha256 });
        const bytes = await downloads.fetch(addressOf(release), bundle, advance, either);
        return { type: "downloaded", bytes, release: { ...release, bundle_sha256: bundle.sha256 } };
      }),

    verify: ({ update, release }, signal) =>
      cancellable(update, signal, async (either) => {
        const reporter = parts.reporter(update);
        reporter.line(keys.length > 0 ? "Verifying the signature and the download" : "Verifying the download");
        await downloads.verify(release, (advance) => reporter.advance(advance), either);
        const now = clock.now();
        const { window } = await parts.policy();
        const mustWait = update.unattended && window !== null && !inWindow(window, now);
        const until = mustWait && window !== null ? opensAt(window, now).toISOString() : null;
        if (until) reporter.line(`Waiting for the maintenance window ${window}`);
        return { type: "verified", until };
      }),

    "open-window": async () => ({ type: "window-opened" }),

    "hand-over": async ({ update, release }, signal) => {
      const outcome = await parts.handOver(update, release, signal);
      if (!mayPass(outcome)) await downloads.clear();
      return { type: "applied", outcome };
    },
  };

  /** Exactly the manifest that the check found. */
  async function readManifest(release: Release, manifest_url: string, signal: AbortSignal) {
    const { bytes, signature } = await source.manifest({ manifest_url, signature_url: release.signature_url }, signal);
    const { manifest } = verifyManifest({
      bytes,
      signature,
      keys,
      expectedVersion: release.version,
      ...(release.manifest_sha256 === null ? {} : { expectedSha256: release.manifest_sha256 }),
    });
    return { bytes, signature, manifest };
  }

  /** For a bundle whose hash is known only once it is here. Its files' hashes are in its manifest, beside it or inside. */
  async function fetchUnstated(
    release: Release,
    known: { bytes: Uint8Array; manifest: Manifest } | null,
    advance: (advance: Advance) => void,
    signal: AbortSignal,
  ): Promise<{ bytes: number; release: Release }> {
    if (keys.length > 0) {
      const message = `${release.version} isn't signed with the key this device trusts: its manifest doesn't say what its bundle is.`;
      throw new UpdateError("signature_missing", message, { version: release.version });
    }
    if (!known) await refuseMoved(release, signal);
    const { bytes, sha256 } = await downloads.fetchUnstated(addressOf(release), release.size_bytes, advance, signal);
    const inside = known?.bytes ?? (await downloads.manifestInside(sha256, signal));
    const verified = verifyManifest({ bytes: inside, signature: null, keys, expectedVersion: release.version });
    if (!known) await parts.preflight(release, verified.manifest, signal);
    await downloads.keep({ bytes: inside, signature: null, bundle: sha256 });
    return {
      bytes,
      release: {
        ...release,
        version: verified.manifest.version,
        manifest_sha256: verified.sha256,
        bundle_sha256: sha256,
      },
    };
  }

  /** A commit's files as a bundle with a manifest, made here: from then on it is a release like any other. */
  async function packCommit(
    update: Update,
    release: Release,
    signal: AbortSignal,
  ): Promise<{ bytes: number; release: Release }> {
    const { commit, version } = release;
    if (!source.branches || commit === null) throw new UpdateError("internal", "This source has no commits.");
    const { branches } = source;
    const reporter = parts.reporter(update);
    await parts.preflight(release, null, signal);
    if (!(await downloads.hasCommit(commit, version))) {
      await tellMoved(reporter, release, signal);
      reporter.line(`Fetching ${version} (commit ${commit.slice(0, 7)})`);
      await downloads.packCommit(
        { version, commit, published_at: release.published_at },
        (dir, until) => branches.checkOut(commit, dir, (advanced) => reporter.advance(advanced), until),
        signal,
      );
    }
    const { manifest, manifestSha256, size } = await downloads.packed(release);
    await parts.preflight({ ...release, size_bytes: size }, manifest, signal);
    return {
      bytes: size,
      release: {
        ...release,
        manifest_sha256: manifestSha256,
        bundle_sha256: manifest.bundle?.sha256 ?? null,
        size_bytes: size,
        unpacked_bytes: manifest.bundle?.unpacked_size ?? null,
      },
    };
  }

  /** What the check found is installed; who waits for the newest commit has to know that there is a newer one by now. */
  async function tellMoved(reporter: Reporter, { channel, commit }: Release, signal: AbortSignal): Promise<void> {
    // It is only told: where the newest commit can't be found out, for a broken file in it, this one is installed all the same.
    const { offers } = await source.look({ channel, installed: null }, signal).catch(() => ({ offers: [] }));
    signal.throwIfAborted();
    const head = offers.find((offer) => offer.channel === channel)?.commit;
    if (!head || !commit || head === commit || offers.some((offer) => offer.commit === commit)) return;
    const now = `The branch ${channel} has moved since it was looked at: it is at ${head.slice(0, 7)} now.`;
    reporter.line(
      `${now} Installing ${commit.slice(0, 7)}, which was found; check again for what came after it.`,
      "warn",
    );
  }

  /** Nothing but the host's own word says which upload the check has seen. */
  async function refuseMoved({ version, channel, bundle_url, bundle_id }: Release, signal: AbortSignal): Promise<void> {
    const { offers } = await source.look({ channel, installed: null }, signal);
    const now = offers.find((offer) => offer.bundle_url === bundle_url);
    if (now && (now.bundle_id ?? null) === bundle_id) return;
    const message = `${version} was changed at its source since it was found; check again to see what is there now.`;
    throw new UpdateError("release_moved", message, { version });
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

function addressOf({ bundle_url, version }: Release): string {
  if (bundle_url !== null) return bundle_url;
  throw new UpdateError("internal", `Nothing says where the bundle of ${version} is.`);
}

/** Refused for now, with nothing wrong with the download: it need not be fetched again the next night. */
function mayPass({ result, failure }: Outcome): boolean {
  return result === "failed" && (failure?.code === "requires_unmet" || failure?.code === "not_writable");
}

/** A size as people read it: kB, MB and GB. */
function sizeInWords(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
