import { versionings } from "@pawl/protocol/versioning";
import { LRUCache } from "lru-cache";
import type { PackageGeneration } from "../catalog/types.ts";
import { versionIn } from "./installed-names.ts";
import type { Outcome } from "./settled-names.ts";
import type { UpgradeAnswer } from "./types.ts";

/**
 * Package → [offered, installed] of those that keep their name and become newer, by the alphabet; what becomes older is
 * a change, and not an upgrade. `names` is name → as the device says it, `installed` that → version.
 */
export function packageUpgrades(
  names: ReadonlyMap<string, string>,
  installed: ReadonlyMap<string, string>,
  sorted: readonly string[],
  { known, changes, offered: release }: Outcome,
): UpgradeAnswer["upgrades"] {
  const upgrades = new Map<string, readonly [string, string]>();
  for (const name of sorted) {
    const said = names.get(name);
    const old = said === undefined ? undefined : installed.get(said);
    const next = versionIn(known.new, name);
    if (said === undefined || !old || next === undefined || old === next) continue;
    const order = compare(old, next, known.new.architecture.generation);
    if (order === 0) continue;
    const kind = order < 0 ? "upgrade" : "downgrade";
    if (kind === "upgrade") upgrades.set(name, [next, old]);
    const reason =
      kind === "upgrade"
        ? `${name} ${old} is installed, ${release} has ${next}.`
        : `${name} ${old} is installed, ${release} has only ${next}, which is older.`;
    changes.push({
      kind,
      from: [said],
      to: [name],
      installedVersion: old,
      offeredVersion: next,
      mandatory: false,
      since: null,
      reason,
    });
  }
  return upgrades;
}

/** Devices of a kind have the same packages, and comparing costs more than remembering. */
const compared = new LRUCache<string, number>({ max: 50_000 });

/**
 * By the order of the offered release's package manager, else opkg's, which reads nearly everything. What can't be
 * compared (`git-19.020.41695-6f6641d-1` became `25.340.12345~0123456`) counts as older: it is from another time.
 */
function compare(installed: string, offered: string, generation: PackageGeneration): number {
  const key = `${generation} ${installed} ${offered}`;
  const before = compared.get(key);
  if (before !== undefined) return before;
  const order = isComparable(installed, offered)
    ? (versionings[generation].compare(installed, offered) ?? versionings.opkg.compare(installed, offered) ?? -1)
    : -1;
  if (key.length < 512) compared.set(key, order);
  return order;
}

function isComparable(a: string, b: string): boolean {
  return /^\d/.test(a) === /^\d/.test(b);
}
