import { ServerError } from "../error.ts";
import type { Profile, Target, Version } from "./types.ts";

/** A target's profile by its own name, or by a board name that one of its devices goes by (`,` is `_` there). */
export function findProfile({ profiles, aliases }: Target, name: string): Profile | null {
  const plain = name.replaceAll(",", "_");
  return profiles.get(aliases.get(plain) ?? plain) ?? null;
}

/** @throws unknown_profile */
export function profileNamed(target: Target, name: string, version: Version): Profile {
  const profile = findProfile(target, name);
  if (profile) return profile;
  const sentence = `There is no profile ${name} in ${target.name} of ${version.name}.`;
  throw new ServerError("unknown_profile", sentence, { fields: { profile: name } });
}
