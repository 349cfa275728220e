import { isRepositoryAllowed } from "../builders/repository-allowed.ts";
import { findProfile } from "../catalog/find-profile.ts";
import { relationName } from "../catalog/relation-name.ts";
import type { Catalog, Target, Version } from "../catalog/types.ts";
import type { ServerConfig } from "../config/schema.ts";
import { ServerError } from "../error.ts";
import type { BuildInputs } from "./types.ts";

/** What somebody asks our own API to build. */
export interface BuildQuestion
  extends Omit<BuildInputs, "versionCode" | "isVersionCodeAsked" | "repositories" | "packagesVersions"> {
  versionCode: string | null;
  packagesVersions: Readonly<Record<string, string>>;
  repositories: Readonly<Record<string, string>>;
}

interface Parts {
  catalog: Pick<Catalog, "version" | "target" | "targetPackages" | "architecturePackages" | "packages">;
  config: Pick<ServerConfig, "builds">;
}

/** In every image, and in no feed. */
const NOT_IN_FEEDS: ReadonlySet<string> = new Set(["base-files", "kernel", "libc"]);

/**
 * What a question comes to: names that exist instead of those that were sent. What can't become an image is said at once, not by a build
 * that fails minutes later.
 * @throws unknown_distribution, unknown_version, unknown_target, unknown_profile, unknown_package, unprocessable, not_loaded
 */
export async function resolveQuestion(
  { catalog, config: { builds } }: Parts,
  question: BuildQuestion,
  signal?: AbortSignal,
): Promise<BuildInputs> {
  refuseByConfig(question, builds);
  const version = await catalog.version(question.distribution, question.version, signal);
  const { value: target } = await catalog.target(version, question.target, signal);
  const profile = profileOf(target, question, version.name);
  const packages = question.packages.map((name) => name.replace(/^\+/, ""));
  // What isn't in upstream's feeds may be in one that was brought along.
  if (Object.keys(question.repositories).length === 0) {
    const unknown = await unknownPackages(
      catalog,
      { version, target },
      [...packages, ...Object.keys(question.packagesVersions)],
      signal,
    );
    if (unknown.length > 0) {
      const sentence = `${version.name} has no package ${unknown.join(", ")} for ${target.name}.`;
      throw new ServerError("unknown_package", sentence, { fields: { packages: unknown } });
    }
  }
  return {
    ...question,
    version: version.name,
    versionCode: question.versionCode ?? target.versionCode,
    isVersionCodeAsked: question.versionCode !== null,
    target: target.name,
    profile,
    packages,
    defaults: question.defaults || null,
    // Without any they say nothing: one request, one key.
    repositoriesMode: Object.keys(question.repositories).length > 0 ? question.repositoriesMode : "append",
  };
}

function refuseByConfig(question: BuildQuestion, limits: ServerConfig["builds"]): void {
  const { defaults, repositories, rootfsSizeMb } = question;
  if (defaults && !limits.allow_defaults) {
    throw refused("defaults", "This server takes no first-boot scripts.");
  }
  if (defaults && [...defaults].length > limits.max_defaults_length) {
    throw refused("defaults", `A first-boot script may have ${limits.max_defaults_length} characters at most.`);
  }
  if (rootfsSizeMb !== null && rootfsSizeMb > limits.max_custom_rootfs_size_mb) {
    throw refused("rootfs_size_mb", `A root file system may have ${limits.max_custom_rootfs_size_mb} MB at most.`);
  }
  for (const url of Object.values(repositories)) {
    if (!isRepositoryAllowed(url, limits.repository_allow_list)) {
      throw refused("repositories", `This server doesn't allow the repository ${url}.`);
    }
  }
}

function refused(field: string, sentence: string): ServerError {
  return new ServerError("unprocessable", sentence, { fields: { field } });
}

/** By any name its device goes by; where there is but the generic one, it is meant whatever was said. */
function profileOf(target: Target, { profile: asked }: BuildQuestion, version: string): string {
  const found = findProfile(target, asked);
  if (found) return found.name;
  const generic = target.profiles.size === 1 ? target.profiles.get("generic") : undefined;
  if (generic) return generic.name;
  throw new ServerError("unknown_profile", `${version} has no ${asked} in ${target.name}.`, {
    fields: { version, target: target.name, profile: asked },
  });
}

/** Names that no feed has. Sorted. `-name` leaves one out and has to exist as well. @throws not_loaded */
export async function unknownPackages(
  catalog: Pick<Parts["catalog"], "targetPackages" | "architecturePackages" | "packages">,
  { version, target }: { version: Version; target: Target },
  names: readonly string[],
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const feeds = await Promise.all([
    catalog.targetPackages(version, target.name, signal),
    catalog.architecturePackages(version, target.architecture, signal),
  ]);
  // A feed that was never read may have it: then the build will say.
  if (feeds.some(({ value: { absent = [] } }) => absent.length > 0)) return [];
  const listed = new Set([
    ...target.defaultPackages,
    ...[...target.profiles.values()].flatMap((one) => one.devicePackages),
  ]);
  const isListed = (name: string) =>
    NOT_IN_FEEDS.has(name) ||
    listed.has(name) ||
    feeds.some(({ value: { versions, abiNames } }) => versions.has(name) || abiNames.has(name));
  const unlisted = [...new Set(names.map((name) => name.replace(/^-/, "")))].filter((name) => !isListed(name));
  if (unlisted.length === 0) return [];
  // What others provide has no line of its own.
  const { value: packages } = await catalog.packages(version, target.name, signal);
  const provided = new Set(packages.flatMap(({ provides }) => provides.map(relationName)));
  return unlisted.filter((name) => !provided.has(name)).sort();
}
