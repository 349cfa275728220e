import type { Target, Version } from "../catalog/types.ts";
import { compareVersions } from "../catalog/version-order.ts";
import type { UpgradeFacts } from "./types.ts";

/** A target's name in the offered release, by the renames on the way there; null where it has none. */
export function targetIn(
  targets: ReadonlyMap<string, string>,
  target: string,
  installed: string,
  offered: Version,
  facts: Pick<UpgradeFacts, "targetRenames">,
): string | null {
  if (targets.has(target)) return target;
  const name = facts.targetRenames
    .filter(({ version }) => compareVersions(installed, version) < 0 && compareVersions(version, offered.name) <= 0)
    .sort((a, b) => compareVersions(a.version, b.version))
    .reduce((now, { from, to }) => (from === now ? to : now), target);
  return targets.has(name) ? name : null;
}

/**
 * The profile a device has in a release, by its board name (`tplink,archer-c7-v2`), profile or an older board name. A
 * target with the one profile `generic` fits every device (asu-v1 §1.3). Null: the release isn't made for it.
 */
export function profileIn(
  target: Target,
  board: string,
  offered: Version,
  facts: Pick<UpgradeFacts, "boardRenames">,
): string | null {
  const known = (name: string) => target.aliases.get(name) ?? target.aliases.get(name.replaceAll(",", "_"));
  const direct = known(board);
  if (direct !== undefined) return direct;
  for (const { version, from, to } of facts.boardRenames) {
    const profile = from === board && compareVersions(version, offered.name) <= 0 ? known(to) : undefined;
    if (profile !== undefined) return profile;
  }
  return target.profiles.size === 1 && target.profiles.has("generic") ? "generic" : null;
}
