import { withoutPlus } from "../../builders/packages-hash.ts";
import type { BuildInputs } from "../../builds/types.ts";
import type { BuildRequest } from "./build-request.ts";
import type { BuildPlan } from "./validate-build.ts";

/** What a request and what it comes to decide of an image. Two requests that mean the same have the same. */
export function buildInputs(request: BuildRequest, { version, target, profile, packages }: BuildPlan): BuildInputs {
  const versions = [...request.packagesVersions].map(([name, of]) => [withoutPlus(name), of] as const);
  return {
    distribution: version.distribution,
    version: version.name,
    versionCode: request.versionCode || target.versionCode,
    isVersionCodeAsked: request.versionCode !== "",
    target: target.name,
    profile: profile.name,
    packages,
    packagesVersions: Object.fromEntries(versions),
    diffPackages: request.diffPackages,
    filesystem: request.filesystem,
    // The firmware selector sends an empty one where there is none.
    defaults: request.defaults || null,
    rootfsSizeMb: request.rootfsSizeMb,
    repositories: Object.fromEntries(request.repositories),
    // "replace" is what is meant when nothing is said, and then there is nothing to replace the feeds by.
    repositoriesMode: request.repositories.size === 0 ? "append" : request.repositoriesMode,
    repositoryKeys: request.repositoryKeys,
  };
}

/** A request as it is sent back with its build: every field, and the names that it came to. */
export function echoOf(request: BuildRequest, { profile, packages }: BuildPlan): Record<string, unknown> {
  return {
    distro: request.distro,
    version: request.version,
    version_code: request.versionCode,
    target: request.target,
    profile: profile.name,
    packages,
    packages_versions: Object.fromEntries(request.packagesVersions),
    diff_packages: request.diffPackages,
    defaults: request.defaults,
    rootfs_size_mb: request.rootfsSizeMb,
    filesystem: request.filesystem,
    repositories: Object.fromEntries(request.repositories),
    repositories_mode: request.repositoriesMode,
    repository_keys: request.repositoryKeys,
    client: request.client,
  };
}
