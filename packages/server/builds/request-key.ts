import { createHash } from "node:crypto";
import type { BuildInputs } from "./types.ts";

/**
 * What a request comes to, however it was put: sha256 of canonical JSON, hex (contract server.md §2). Equal keys, equal
 * images. The order of packages doesn't count here: what is built is the first asker's.
 */
export function requestKey(inputs: BuildInputs): string {
  return createHash("sha256")
    .update(JSON.stringify(deciding(inputs)))
    .digest("hex");
}

/** What decides an image, and nothing else; each field in its place, and of what has no order, the names in theirs. */
function deciding(inputs: BuildInputs) {
  return {
    distribution: inputs.distribution,
    version: inputs.version,
    version_code: inputs.versionCode,
    // Who asked for it is told that there is another one; who didn't gets that.
    is_version_code_asked: inputs.isVersionCodeAsked,
    target: inputs.target,
    profile: inputs.profile,
    packages: sortedOnce(inputs.packages),
    packages_versions: sortedEntries(inputs.packagesVersions),
    diff_packages: inputs.diffPackages,
    filesystem: inputs.filesystem,
    defaults: inputs.defaults,
    rootfs_size_mb: inputs.rootfsSizeMb,
    repositories: sortedEntries(inputs.repositories),
    repositories_mode: inputs.repositoriesMode,
    repository_keys: sortedOnce(inputs.repositoryKeys),
  };
}

function sortedOnce(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}

function sortedEntries(map: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
