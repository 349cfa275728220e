import type { Branch, Catalog, Releases, Version } from "../../catalog/types.ts";

/**
 * The version in an upstream folder: `releases/24.10.1`. One that isn't known has upstream asked first; null when there is
 * none.
 */
export async function versionAt(catalog: Catalog, distribution: string, path: string): Promise<Version | null> {
  const { value: releases } = await catalog.releases(distribution);
  const known = byPath(releases).get(path);
  if (known) return known;
  const version = await findVersion(catalog, distribution, path.split("/").at(-1) ?? "");
  return version?.path === path ? version : null;
}

/**
 * The version whose packages lie in an upstream folder: `releases/24.10.1/packages`; also `releases/packages-24.10`, which
 * is the branch's, so its newest version's.
 */
export async function versionOfPackages(catalog: Catalog, distribution: string, path: string): Promise<Version | null> {
  if (path.endsWith("/packages")) return versionAt(catalog, distribution, path.slice(0, -"/packages".length));
  const branch = /^releases\/packages-([\w.]+)$/.exec(path)?.[1];
  if (branch === undefined) return null;
  const { value: releases } = await catalog.releases(distribution);
  const found = enabledBranches(releases).find(({ name }) => name === branch);
  return found?.versions[0] ?? null;
}

/** Null for one that isn't there, or is of a branch that isn't enabled. Upstream has been asked then. */
export async function findVersion(catalog: Catalog, distribution: string, name: string): Promise<Version | null> {
  try {
    return await catalog.version(distribution, name);
  } catch (error) {
    if (isUnknown(error, "unknown_version")) return null;
    throw error;
  }
}

/** Branches that one may ask for, newest first, SNAPSHOT before all. Only those that have versions. */
export function enabledBranches(releases: Releases): readonly Branch[] {
  return releases.branches.filter(({ enabled, versions }) => enabled && versions.length > 0);
}

export function isUnknown(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

const paths = new WeakMap<Releases, ReadonlyMap<string, Version>>();

function byPath(releases: Releases): ReadonlyMap<string, Version> {
  const kept = paths.get(releases);
  if (kept) return kept;
  const made = new Map(releases.versions.map((version) => [version.path, version]));
  paths.set(releases, made);
  return made;
}
