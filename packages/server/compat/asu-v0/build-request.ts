import { unknownPackages } from "../../builds/resolve-question.ts";
import type { Catalog, Profile, Target, Version } from "../../catalog/types.ts";
import type { ServerConfig } from "../../config/schema.ts";
import { ServerError } from "../../error.ts";
import type { UpgradeFacts } from "../../upgrades/types.ts";
import { type Fields, missing, packagesOf, required, targetOf, word } from "./fields.ts";
import { requestHash } from "./hashes.ts";
import { guessProfile } from "./profile-guess.ts";
import { catalogVersion } from "./version-names.ts";

/** Bytes. README 0.2.0: "maximum size (10kB)"; the original's own 1 kB was not what it promised. */
const LONGEST_DEFAULTS = 10_240;
/** In lists of what is installed, and in no feed: never asked about. */
const NOT_IN_FEEDS: ReadonlySet<string> = new Set(["libc", "kernel", "libgcc", "libgcc1"]);

/** What was asked for, before anything is looked up. */
export interface BuildRequest {
  distro: string;
  /** Null: the newest stable one. */
  version: string | null;
  target: string;
  board: string;
  model: string | null;
  /** Without empty ones and repetitions, in the client's order; null: those of the profile. */
  packages: readonly string[] | null;
  defaults: string | null;
  /** What the client polls with. */
  requestHash: string;
}

type DefaultsLimits = Pick<ServerConfig["builds"], "allow_defaults" | "max_defaults_length">;

/** @throws bad_request, unprocessable (a missing field: 412), payload_too_large (defaults: 420) */
export function readBuildRequest(fields: Fields, limits: DefaultsLimits): BuildRequest {
  const distro = required(fields, "distro");
  const version = word(fields, "version");
  const target = targetOf(fields);
  if (target === null) throw missing("target");
  const board = word(fields, "board") ?? word(fields, "board_name");
  if (board === null) throw missing("board");
  const packages = packagesOf(fields);
  const defaults = readDefaults(fields, limits);
  return {
    distro,
    version,
    target,
    board,
    model: word(fields, "model"),
    packages,
    defaults,
    requestHash: requestHash({
      distro,
      version: version ?? "",
      target,
      profile: board.replaceAll(",", "_"),
      defaults: defaults ?? "",
      packages: packages ?? [],
    }),
  };
}

function readDefaults(fields: Fields, limits: DefaultsLimits): string | null {
  const defaults = fields.defaults;
  if (defaults === undefined || defaults === null || defaults === "") return null;
  if (typeof defaults !== "string") throw new ServerError("bad_request", "defaults must be a string");
  if (!limits.allow_defaults) throw new ServerError("bad_request", "Handling `defaults` not enabled on server");
  if (Buffer.byteLength(defaults) > LONGEST_DEFAULTS || [...defaults].length > limits.max_defaults_length) {
    throw new ServerError("payload_too_large", "attached defaults exceed max size", { fields: { field: "defaults" } });
  }
  return defaults;
}

/** What devices, and their targets, are called now. */
type Renames = Pick<UpgradeFacts, "boardRenames" | "targetRenames">;

/** A request of which everything exists: what a build needs to know. */
export interface KnownBuildRequest {
  request: BuildRequest;
  version: Version;
  target: Target;
  profile: Profile;
  /** As they were asked for, without those that no image has to be asked for; null: the profile's. */
  packages: readonly string[] | null;
}

/**
 * Finds everything that was asked for, in the order in which the first generation complained.
 * @throws unknown_distribution, unknown_version, unknown_target, unknown_package, unknown_profile, not_loaded
 */
export async function findBuildRequest(
  { catalog, facts }: { catalog: Catalog; facts: (distribution: string) => Renames },
  request: BuildRequest,
  signal: AbortSignal,
): Promise<KnownBuildRequest> {
  const distribution = catalog.distribution(request.distro.toLowerCase()).name;
  const known = facts(distribution);
  const version = await findVersion(catalog, distribution, request.version, signal);
  const name = await findTarget(catalog, version, request.target, known, signal);
  const { value: target } = await catalog.target(version, name, signal);
  const packages = request.packages && (await findPackages(catalog, { version, target }, request.packages, signal));
  const profile = guessProfile(target, version, request, known);
  if (profile === null) throw new ServerError("unknown_profile", `${request.target} has no device ${request.board}.`);
  return { request, version, target, profile, packages };
}

async function findVersion(catalog: Catalog, distribution: string, asked: string | null, signal: AbortSignal) {
  if (asked !== null) return catalog.version(distribution, catalogVersion(asked), signal);
  const { value: releases } = await catalog.releases(distribution, signal);
  const latest = releases.stable ?? releases.versions[0];
  if (!latest) throw new ServerError("unknown_version", `${distribution} has no versions.`);
  return latest;
}

/** A device that goes on from an old release still calls its target what that one did. */
async function findTarget(catalog: Catalog, version: Version, asked: string, facts: Renames, signal: AbortSignal) {
  const { value: targets } = await catalog.targets(version, signal);
  const renamed = facts.targetRenames.find(({ from, to }) => from === asked && targets.has(to));
  return !targets.has(asked) && renamed ? renamed.to : asked;
}

/**
 * `-name` leaves one out and has to exist as well. A device lists what is in every image, too: where it isn't called that any
 * more, it isn't asked for. @throws unknown_package
 */
async function findPackages(
  catalog: Catalog,
  place: { version: Version; target: Target },
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const unlisted = new Set(await unknownPackages(catalog, place, names, signal));
  const unknown = [...unlisted].filter((name) => !NOT_IN_FEEDS.has(name));
  if (unknown.length > 0) {
    const sentence = `could not find packages: ${unknown.join(", ")}`;
    throw new ServerError("unknown_package", sentence, { fields: { packages: unknown } });
  }
  return names.filter((name) => !unlisted.has(name.replace(/^-/, "")));
}
