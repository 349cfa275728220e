import { type Instant, Version } from "@pawl/protocol";
import { UpdateError } from "../../error.ts";
import { linkOrNull, resolveAddress } from "../address.ts";
import { bundleAmong } from "../bundle-name.ts";
import type { Offer } from "../types.ts";
import type { Forge } from "./forge.ts";
import { type Asset, assetsOf, type ForgeRelease } from "./release.ts";

const MANIFEST = "manifest.json";
const SIGNATURE = "manifest.json.sig";
const MOST_TITLE = 200;
const MOST_NOTES = 100_000;

/**
 * What a forge's release is on offer as, or null when it isn't: a draft, a tag that isn't a version, no bundle among its
 * assets. Throws UpdateError `host_error` when an asset that is needed lies where nothing is read from.
 */
export function offerOf(release: ForgeRelease, forge: Forge, listUrl: string): Offer | null {
  const version = release.tag_name.replace(/^v(?=\d)/i, "");
  if (release.draft || !Version.safeParse(version).success) return null;
  const assets = assetsOf(release);
  const bundle = bundleAmong(assets, { app: forge.repo.split("/")[1] ?? "", version });
  if (!bundle) return null;

  const addressOf = (asset: Asset | undefined): string | null => {
    if (!asset) return null;
    const resolved = resolveAddress(forge.addressOf(asset), listUrl);
    if ("url" in resolved) return resolved.url;
    const sentence = `${forge.name} lists ${asset.name} of ${version} at an address that can't be used: it ${resolved.problem}.`;
    throw new UpdateError("host_error", sentence, { version });
  };
  const named = (name: string) => addressOf(assets.find((asset) => asset.name === name));

  return {
    version,
    channel: release.prerelease ? "prerelease" : "stable",
    published_at: instantOf(release.published_at),
    title: release.name?.trim().slice(0, MOST_TITLE) || null,
    notes: release.body?.trim().slice(0, MOST_NOTES) || null,
    notes_url: linkOrNull(release.html_url),
    manifest_url: named(MANIFEST),
    signature_url: named(SIGNATURE),
    bundle_url: addressOf(bundle) ?? "",
    bundle_size: bundle.type === "external" ? null : (bundle.size ?? null),
    bundle_id: uploadOf(bundle),
  };
}

/** What fixes this very upload. GitHub's digest is a hint like the others: the manifest is what counts. */
function uploadOf({ uuid, id, digest, size }: Asset): string | null {
  const parts = [uuid ?? id, digest ?? size].filter((part) => part !== null && part !== undefined);
  return parts.length === 0 ? null : parts.join(" ");
}

/** Gitea says when in its own time zone. */
function instantOf(text: string | null | undefined): Instant | null {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
