import { versionings } from "@pawl/protocol/versioning";
import type { PackageGeneration } from "../catalog/types.ts";
import { versionIn } from "./installed-names.ts";
import type { Outcome } from "./settled-names.ts";
import type { Change, UpgradeAnswer } from "./types.ts";
import { type Kept, UpgradeChanges } from "./upgrade-changes.ts";

const remembered = new UpgradeChanges();

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
  const { generation } = known.new.architecture;
  const make = (kept: Kept) => upgradeOf(kept, release, generation);
  const to = `${generation} ${release}`;
  for (const name of sorted) {
    const said = names.get(name);
    const old = said === undefined ? undefined : installed.get(said);
    const next = versionIn(known.new, name);
    if (said === undefined || !old || next === undefined || old === next) continue;
    const change = remembered.get(to, { name, said, installed: old, offered: next }, make);
    if (change === null) continue;
    if (change.kind === "upgrade") upgrades.set(name, [next, old]);
    changes.push(change);
  }
  return upgrades;
}

/** Null: neither is newer. */
function upgradeOf(
  { name, said, installed, offered }: Kept,
  release: string,
  generation: PackageGeneration,
): Change | null {
  const order = compare(installed, offered, generation);
  if (order === 0) return null;
  const kind = order < 0 ? "upgrade" : "downgrade";
  const reason =
    kind === "upgrade"
      ? `${name} ${installed} is installed, ${release} has ${offered}.`
      : `${name} ${installed} is installed, ${release} has only ${offered}, which is older.`;
  return {
    kind,
    from: [said],
    to: [name],
    installedVersion: installed,
    offeredVersion: offered,
    mandatory: false,
    since: null,
    reason,
  };
}

/**
 * By the order of the offered release's package manager, else opkg's, which reads nearly everything. What can't be
 * compared (`git-19.020.41695-6f6641d-1` became `25.340.12345~0123456`) counts as older: it is from another time.
 */
function compare(installed: string, offered: string, generation: PackageGeneration): number {
  if (!isComparable(installed, offered)) return -1;
  return versionings[generation].compare(installed, offered) ?? versionings.opkg.compare(installed, offered) ?? -1;
}

function isComparable(a: string, b: string): boolean {
  return /^\d/.test(a) === /^\d/.test(b);
}
