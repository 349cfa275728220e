import type { Manifest, PublicKey, Sha256 } from "@pawl/protocol";
import { TrustError } from "./error.ts";
import { sha256Of } from "./hash.ts";
import { readManifest } from "./manifest.ts";
import { verifySignature } from "./signature.ts";

export interface Verification {
  /** The manifest's exact bytes. */
  bytes: Uint8Array;
  /** Its signature file, or null when there is none. */
  signature: Uint8Array | null;
  /** Those the owner trusts; none: no signature is required. */
  keys: readonly PublicKey[];
  /** The version of the release it belongs to, as the source lists it. */
  expectedVersion?: string;
  /** The hash the check resolved the channel to. */
  expectedSha256?: Sha256;
}

/** A manifest that may be acted upon, and its hash. Throws TrustError with the reason when it may not. */
export function verifyManifest({ bytes, signature, keys, expectedVersion, expectedSha256 }: Verification): {
  manifest: Manifest;
  sha256: Sha256;
} {
  // §6: over the exact bytes of the manifest, any matching line counts. First: nothing unsigned is even parsed.
  verifySignature(bytes, signature, keys);

  // §6: a check resolves a channel to an immutable target; install takes that one.
  const sha256 = sha256Of(bytes);
  if (expectedSha256 !== undefined) sameTarget(sha256, expectedSha256);

  // §6: unknown fields are refused, and so is a manifest newer than this program.
  const manifest = readManifest(bytes);

  // §6: the manifest's version must equal the release's tag, or a signed old manifest could pass for a new release.
  if (expectedVersion !== undefined) sameVersion(manifest.version, expectedVersion);

  return { manifest, sha256 };
}

function sameTarget(actual: Sha256, expected: Sha256): void {
  if (actual === expected) return;
  throw new TrustError(
    "release_moved",
    "The release was changed at its source since it was found; check again to see what is there now.",
  );
}

function sameVersion(actual: string, expected: string): void {
  if (withoutV(actual) === withoutV(expected)) return;
  throw new TrustError("bad_manifest", `The manifest says version ${actual}, but it was published as ${expected}.`);
}

function withoutV(version: string): string {
  return version.replace(/^v(?=\d)/i, "");
}
