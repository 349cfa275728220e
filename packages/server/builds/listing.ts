import type { BuildInputs } from "./types.ts";

/** What lists of builds go by. One with a first-boot script is in none: contract server.md §5. */
export function listingOf({ version, target, profile, defaults }: BuildInputs) {
  return { version, target, profile, is_listed: defaults === null };
}
