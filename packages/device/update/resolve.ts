import {
  type ApplyRecord,
  type Failure,
  type FetchRecord,
  failure,
  type PublicKey,
  type Release,
  type Update,
} from "@pawl/protocol";
import type { Versioning } from "@pawl/protocol/versioning";
import { verifyManifest } from "@pawl/trust";
import { UpdateError } from "../error.ts";
import type { Offer, Seen, Source } from "../sources/types.ts";
import { inOrder } from "./channel-names.ts";
import { namedOffer, newestOf, type Skipped } from "./choose.ts";
import type { Found } from "./fetch-transition.ts";
import type { Identity } from "./identity.ts";
import { obstacleTo } from "./obstacle.ts";

export interface ResolveParts {
  source: Pick<Source, "address" | "look" | "manifest" | "branches">;
  versioning: Versioning;
  keys: readonly PublicKey[];
  channel(): Promise<string>;
  skipped(): Promise<Skipped>;
  current(): Promise<Identity | null>;
  apply(): Promise<Pick<ApplyRecord, "refused">>;
  fetchRecord(): Promise<Pick<FetchRecord, "left_alone">>;
}

/** A channel's newest release, from a source; for an install also the release it is about. */
export class Resolver {
  readonly #parts: ResolveParts;

  constructor(parts: ResolveParts) {
    this.#parts = parts;
  }

  async look(signal: AbortSignal): Promise<Found> {
    const channel = await this.#parts.channel();
    return this.#found(await this.#ask(channel, await this.#parts.current(), signal), channel, signal);
  }

  /**
   * With why there is nothing to install, when there isn't: an answer, not a trouble of the source's. `found` is null when
   * the newest release is one that can't be read, and another was asked for.
   */
  async choose(update: Update, signal: AbortSignal): Promise<{ found: Found | null; chosen: Release | Failure }> {
    const { source, current, apply, fetchRecord, versioning, skipped } = this.#parts;
    const channel = await this.#parts.channel();
    const now = await current();
    const seen = await this.#ask(channel, now, signal);
    const [{ refused }, { left_alone }] = [await apply(), await fetchRecord()];
    const known = { current: now, refused, left_alone, skipped: await skipped() };
    const decided = (release: Release) => obstacleTo(update, release, known, versioning)?.toFailure() ?? release;
    if (update.by_name && update.to !== null) {
      const offer = namedOffer(seen.offers, update.to, channel);
      const fields = { version: update.to };
      const missing = () => failure("not_found", `${source.address} has no release ${update.to}.`, fields);
      const chosen = offer ? decided(await this.#releaseOf(offer, channel, signal)) : missing();
      // The newest one's trouble is not this one's.
      const found = await this.#found(seen, channel, signal).catch(() => null);
      signal.throwIfAborted();
      return { found, chosen };
    }
    const found = await this.#found(seen, channel, signal);
    const nothing = () => failure("not_found", `The channel ${channel} has no release yet.`);
    return { found, chosen: found.newest ? decided(found.newest) : nothing() };
  }

  #ask(channel: string, current: Identity | null, signal: AbortSignal): Promise<Seen> {
    const installed = current && { version: current.version, commit: current.commit ?? null };
    return this.#parts.source.look({ channel, installed }, signal);
  }

  async #found({ offers, channels, trouble }: Seen, channel: string, signal: AbortSignal): Promise<Found> {
    const { source, versioning } = this.#parts;
    if (source.branches && !channels.includes(channel)) throw noBranch(source.address, channel, channels);
    if (trouble) throw trouble;
    // A branch has one newest commit, whatever it is called: that decides, and not its version.
    const offer = source.branches
      ? (offers.find((one) => one.channel === channel) ?? null)
      : newestOf(offers, channel, versioning);
    const newest = offer && (await this.#releaseOf(offer, channel, signal));
    return { channel, newest, channels: inOrder(channels) };
  }

  /** Reads and verifies an offer's manifest: only then is it a release. Without keys one inside the bundle will do. */
  async #releaseOf(offer: Offer, channel: string, signal: AbortSignal): Promise<Release> {
    const { source, keys } = this.#parts;
    const { manifest_url, signature_url, version } = offer;
    const release: Release = {
      version: version.replace(/^v(?=\d)/i, ""),
      channel: offer.channel ?? channel,
      commit: offer.commit ?? null,
      standing: offer.standing ?? null,
      manifest_sha256: null,
      manifest_url,
      signature_url,
      bundle_url: offer.bundle_url,
      bundle_id: offer.bundle_id ?? null,
      bundle_sha256: null,
      size_bytes: offer.bundle_size ?? null,
      unpacked_bytes: null,
      title: offer.title,
      notes: offer.notes,
      notes_url: offer.notes_url,
      published_at: offer.published_at,
    };
    if (manifest_url === null) {
      if (keys.length > 0) throw unsigned(version);
      return release;
    }
    const { bytes, signature } = await source.manifest({ manifest_url, signature_url }, signal);
    const { manifest, sha256 } = verifyManifest({ bytes, signature, keys, expectedVersion: version });
    const { bundle } = manifest;
    if (!bundle && keys.length > 0) throw withoutBundle(version);
    return {
      ...release,
      version: manifest.version,
      manifest_sha256: sha256,
      bundle_sha256: bundle?.sha256 ?? null,
      size_bytes: bundle?.size ?? release.size_bytes,
      unpacked_bytes: bundle?.unpacked_size ?? null,
      notes_url: release.notes_url ?? manifest.changelog ?? null,
      published_at: release.published_at ?? manifest.published_at ?? null,
    };
  }
}

function unsigned(version: string): UpdateError {
  const message = `${version} has no manifest beside its bundle, so it can't be signed with the key this device trusts.`;
  return new UpdateError("signature_missing", message, { version });
}

function withoutBundle(version: string): UpdateError {
  const message = `The manifest of ${version} doesn't say what its bundle is (the field "bundle"), which a signed release must.`;
  return new UpdateError("bad_manifest", message, { version });
}

function noBranch(address: string, channel: string, channels: readonly string[]): UpdateError {
  const some = inOrder(channels).slice(0, 10).join(", ");
  const message = `${address} has no branch ${channel}. Follow another one: ${some || "it has none"}.`;
  return new UpdateError("not_found", message, { detail: channel });
}
