/** What tells releases apart, as far as it is known. */
export interface Identity {
  version: string;
  manifest_sha256: string | null;
  commit?: string | null;
}

/**
 * Whether two are one and the same release, byte for byte. By their commits where both have one, else by their manifests;
 * null when neither says it.
 */
export function isSameRelease(one: Identity, other: Identity): boolean | null {
  if (one.version !== other.version) return false;
  if (one.commit && other.commit) return one.commit === other.commit;
  if (one.manifest_sha256 === null || other.manifest_sha256 === null) return null;
  return one.manifest_sha256 === other.manifest_sha256;
}

/** The same, for those who must decide: where nothing says it, two of one version are the same if nothing tells them apart. */
export function isSame(one: Identity, other: Identity): boolean {
  return isSameRelease(one, other) ?? (one.version === other.version && one.manifest_sha256 === other.manifest_sha256);
}
