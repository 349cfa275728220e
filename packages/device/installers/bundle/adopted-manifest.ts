import type { ManifestEntry } from "@pawl/protocol";

/** What a device had before Pawl, when nothing on it says which version that was. */
export const UNKNOWN_VERSION = "before-pawl";

/** The exact bytes of the manifest of what was there before Pawl: these files, as they were found. */
export function adoptedManifest(version: string | null, files: readonly ManifestEntry[]): Uint8Array {
  return Buffer.from(`${JSON.stringify({ version: version ?? UNKNOWN_VERSION, files }, null, 2)}\n`);
}
