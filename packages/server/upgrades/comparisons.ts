import { LRUCache } from "lru-cache";
import type { PackageIndex, Target } from "../catalog/types.ts";
import { type Comparison, comparison } from "./engine.ts";
import type { RowPlan } from "./row-plan.ts";
import type { ReleasePackages } from "./types.ts";

/** A release on one target, as the catalog has it now. */
export interface Side {
  document: Target;
  /** The device's profile; null when it didn't say. */
  profile: string | null;
  architecture: PackageIndex;
  target: PackageIndex;
}

/** How many ways to one target's index are remembered: as many installed releases and profiles. */
const WAYS = 500;

/**
 * Comparisons that were worked out already. They hang on the new target's index: the catalog replaces it when its
 * content changes, and what belonged to the old one goes with it.
 */
export class Comparisons {
  readonly #known = new WeakMap<PackageIndex, LRUCache<string, Remembered>>();

  /** `oldDefaults` are what a list says of the installed release, where the catalog doesn't. */
  get(
    plan: RowPlan,
    old: Side | null,
    next: Side,
    { isOldGone, oldDefaults }: { isOldGone: boolean; oldDefaults: readonly string[] | null },
  ): Comparison {
    let ways = this.#known.get(next.target);
    if (!ways) {
      ways = new LRUCache({ max: WAYS });
      this.#known.set(next.target, ways);
    }
    const oldRows = plan.rows.filter(({ isOld }) => isOld).length;
    const from = `${old?.document.versionNumber ?? ""} ${old?.document.name ?? ""} ${isOldGone} ${oldRows}`;
    const key = `${from} ${next.profile ?? ""}\n${oldDefaults?.join(" ") ?? ""}`;
    const known = ways.get(key);
    if (known && known.plan === plan && isSame(known.old, old) && isSame(known.next, next)) return known.comparison;
    const made = comparison(plan, old && packagesOf(old), packagesOf(next), { isOldGone, oldDefaults });
    ways.set(key, { plan, old, next, comparison: made });
    return made;
  }
}

interface Remembered {
  plan: RowPlan;
  old: Side | null;
  next: Side;
  comparison: Comparison;
}

function isSame(a: Side | null, b: Side | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.document === b.document && a.architecture === b.architecture && a.target === b.target && a.profile === b.profile
  );
}

function packagesOf({ document, profile, architecture, target }: Side): ReleasePackages {
  const device = profile === null ? [] : (document.profiles.get(profile)?.devicePackages ?? []);
  return { architecture, target, defaults: [...document.defaultPackages, ...device] };
}
