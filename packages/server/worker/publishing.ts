import type { Made, MadeFile } from "../builders/types.ts";
import type { BuildResult, StoredFile } from "../builds/types.ts";
import type { StoredBuild } from "../storage/types.ts";

/** All that goes into the store, each name once. */
export function filesOf(made: Made, log: MadeFile): MadeFile[] {
  const files = new Map<string, MadeFile>();
  for (const { name, path } of [...made.images, ...made.files, log]) files.set(name, { name, path });
  return [...files.values()];
}

/**
 * What is published of a build: whatever the builder says of its files, sizes and sums are those of the bytes that were read
 * back from the store. Pure.
 */
export function resultOf(made: Made, stored: StoredBuild, changes: BuildResult["changes"]): BuildResult {
  const byName = new Map(stored.files.map((file) => [file.name, file]));
  const find = (name: string): StoredFile => {
    const file = byName.get(name);
    if (!file) throw new Error(`the store has not taken ${name}`);
    return file;
  };
  const images = made.images.map(({ name, type, filesystem, sha256Unsigned }) => ({
    ...find(name),
    type,
    filesystem,
    sha256Unsigned,
  }));
  return {
    copy: stored.copy,
    versionCode: made.versionCode,
    versionNumber: made.versionNumber,
    sourceDateEpoch: made.sourceDateEpoch,
    images,
    files: stored.files,
    manifest: made.manifest,
    packages: made.packages,
    changes,
    warnings: made.warnings,
    target: made.target,
    profile: withStoredSums(made.profile, byName),
  };
}

/** `profiles.json` was written before anything was stored. */
function withStoredSums(
  profile: Readonly<Record<string, unknown>>,
  byName: ReadonlyMap<string, StoredFile>,
): Readonly<Record<string, unknown>> {
  if (!Array.isArray(profile.images)) return profile;
  const images = profile.images.map((image: unknown) => {
    const file = isNamed(image) ? byName.get(image.name) : undefined;
    return file && isNamed(image) ? { ...image, sha256: file.sha256, size: file.size } : image;
  });
  return { ...profile, images };
}

function isNamed(image: unknown): image is { name: string } {
  return typeof image === "object" && image !== null && "name" in image && typeof image.name === "string";
}
