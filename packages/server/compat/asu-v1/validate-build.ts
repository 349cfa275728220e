import { withoutPlus } from "../../builders/packages-hash.ts";
import { isRepositoryAllowed } from "../../builders/repository-allowed.ts";
import type { Known, Profile, Target, Version } from "../../catalog/types.ts";
import { ServerError } from "../../error.ts";
import type { ServerParts } from "../../http/parts.ts";
import type { BuildRequest } from "./build-request.ts";
import { enabledBranches, findVersion, isUnknown } from "./versions.ts";

/** What a request comes to: names that exist, instead of those that were sent. */
export interface BuildPlan {
  version: Version;
  target: Target;
  profile: Profile;
  packages: readonly string[];
}

/** For a profile that isn't known, a target that was read longer ago than this is read again. */
const LOOK_AGAIN_AFTER_MS = 30_000;
const LOOK_AGAIN_WITHIN_MS = 8_000;

/**
 * The first reason, in the order of contract asu-v1 §1.3, for which this can't be built; else what it comes to. Packages are
 * not looked at: the dialect's clients expect such trouble from the build.
 * @throws ServerError not_loaded and others of the catalog's, when it can't be known now
 */
export async function validateBuild(
  parts: ServerParts,
  distribution: string,
  request: BuildRequest,
): Promise<{ plan: BuildPlan } | { refusal: string }> {
  const { builds } = parts.config;
  if (request.defaults && !builds.allow_defaults) return { refusal: "Handling `defaults` not enabled on server" };
  for (const url of request.repositories.values()) {
    if (!isRepositoryAllowed(url, builds.repository_allow_list)) return { refusal: `Repository not allowed: ${url}` };
  }
  if (request.distro !== distribution) return { refusal: `Unsupported distro: ${request.distro}` };

  const version = await findVersion(parts.catalog, distribution, request.version);
  if (!version) return { refusal: await wordUnknownVersion(parts, distribution, request.version) };

  // No revision begins so, and `24.10.0` with `-rc1` would have the hash of `24.10.0-rc1`.
  if (request.versionCode.startsWith("-")) return { refusal: `Unsupported version code: ${request.versionCode}` };

  const known = isTargetName(request.target) ? await findTarget(parts, version, request.target) : null;
  if (!known) return { refusal: unsupportedTarget(request.target) };

  const name = request.profile.replaceAll(",", "_");
  const found = resolveProfile(known.value, name) ? known : await lookAgain(parts, version, known);
  const profile = resolveProfile(found.value, name);
  if (!profile) return { refusal: unsupportedProfile(name) };
  const packages = request.packagesVersions.size > 0 ? [...request.packagesVersions.keys()] : request.packages;
  return { plan: { version, target: found.value, profile, packages: packages.map(withoutPlus) } };
}

export function unsupportedProfile(name: string): string {
  const why =
    "The requested profile was either dropped or never existed. Please check the forums for more information.";
  return `Unsupported profile: ${name}. ${why}`;
}

export function unsupportedTarget(name: string): string {
  const why =
    "The requested target was either dropped, is still being built or is not supported by the selected version. " +
    "Please check the forums or try again later.";
  return `Unsupported target: ${name}. ${why}`;
}

/** `ath79/generic`: such as upstream's are, and safe in an address. */
export function isTargetName(name: string): boolean {
  return /^[a-zA-Z0-9_-]{1,64}\/[a-zA-Z0-9_-]{1,64}$/.test(name);
}

/** A profile by any name its device goes by; where there is but the generic one, it is meant whatever was said. */
export function resolveProfile(target: Target, name: string): Profile | null {
  const profile = target.profiles.get(target.aliases.get(name) ?? name);
  if (profile) return profile;
  return target.profiles.size === 1 ? (target.profiles.get("generic") ?? null) : null;
}

async function findTarget(parts: ServerParts, version: Version, name: string): Promise<Known<Target> | null> {
  try {
    return await parts.catalog.target(version, name);
  } catch (error) {
    if (isUnknown(error, "unknown_target")) return null;
    throw error;
  }
}

/** A device may have been added since the target was last read. Its old state is good enough when that fails. */
async function lookAgain(parts: ServerParts, version: Version, known: Known<Target>): Promise<Known<Target>> {
  const now = parts.clock().getTime();
  if (now - known.checkedAt.getTime() < LOOK_AGAIN_AFTER_MS || known.trouble) return known;
  try {
    const scope = { distribution: version.distribution, version: version.name, target: known.value.name };
    await parts.catalog.refresh(scope, { signal: AbortSignal.timeout(LOOK_AGAIN_WITHIN_MS) });
    return await parts.catalog.target(version, known.value.name);
  } catch (error) {
    const isTimeout = error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError");
    if (error instanceof ServerError || isTimeout) return known;
    throw error;
  }
}

async function wordUnknownVersion(parts: ServerParts, distribution: string, name: string): Promise<string> {
  const { value: releases } = await parts.catalog.releases(distribution);
  const names = new Set(enabledBranches(releases).map((branch) => branch.name));
  return names.has(branchNameOf(name, names)) ? `Unsupported version: ${name}` : `Unsupported branch: ${name}`;
}

/** `24.10` of itself, of `24.10-SNAPSHOT` and of `24.10.1`, whether there is such a version or not. */
function branchNameOf(version: string, branches: ReadonlySet<string>): string {
  if (branches.has(version)) return version;
  if (version.endsWith("-SNAPSHOT")) return version.slice(0, -"-SNAPSHOT".length);
  const dot = version.lastIndexOf(".");
  return dot < 0 ? version : version.slice(0, dot);
}
