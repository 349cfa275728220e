import type { Profile, Target } from "../../catalog/types.ts";
import { ServerError } from "../../error.ts";
import type { ServerParts } from "../../http/parts.ts";
import { Representation } from "../../http/representation.ts";
import { findVersion } from "./listings.ts";
import type { Shown } from "./shown.ts";

/**
 * GET /api/packages_image: the names of what an image has without anybody asking for more, sorted; of what nobody knows,
 * none. @throws not_loaded
 */
export async function packagesImage(
  parts: Pick<ServerParts, "catalog" | "representations">,
  asked: { distro: string; version: string; target: string; profile: string },
  signal: AbortSignal,
): Promise<Shown> {
  const found = await findVersion(parts, asked.distro, asked.version, signal);
  if (found === null) return NONE;
  try {
    const known = await parts.catalog.target(found.version, asked.target, signal);
    const names = imagePackages(known.value, findProfile(known.value, asked.profile));
    return { representation: Representation.json(names), from: [known] };
  } catch (error) {
    if (error instanceof ServerError && error.code === "unknown_target") return NONE;
    throw error;
  }
}

const NONE: Shown = { representation: Representation.json([]), from: [] };

function findProfile(target: Target, name: string): Profile | null {
  const plain = name.replaceAll(",", "_");
  return target.profiles.get(plain) ?? target.profiles.get(target.aliases.get(plain) ?? "") ?? null;
}

/** The target's packages and the profile's, where `-name` takes one of the target's out. */
export function imagePackages(target: Target, profile: Profile | null): string[] {
  const packages = new Set(target.defaultPackages);
  for (const name of profile?.devicePackages ?? []) {
    if (name.startsWith("-")) packages.delete(name.slice(1));
    else packages.add(name);
  }
  return [...packages].sort();
}
