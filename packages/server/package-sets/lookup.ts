import { relationName } from "../catalog/relation-name.ts";
import type { Package } from "../catalog/types.ts";
import { abiName } from "../catalog/upstream/index.ts";

/** What a target's packages are asked for by: their names, those with an ABI's suffix, and what they provide. */
export interface Lookup {
  named(name: string): Package | null;
  /** All that satisfy who asks for that name, the package of that name first, then by name. */
  providers(name: string): readonly Package[];
}

const NONE: readonly Package[] = [];

/** @param packages by name, as the catalog has them */
export function lookupIn(packages: readonly Package[]): Lookup {
  const others = otherNames(packages);
  const named = (name: string) => packageNamed(packages, name);
  return {
    named,
    providers(name) {
      const own = named(name);
      const rest = others.get(name) ?? NONE;
      return own ? [own, ...rest] : rest;
    },
  };
}

/** In a list that is sorted by name, which takes no index of thousands of names. */
function packageNamed(packages: readonly Package[], name: string): Package | null {
  let [from, to] = [0, packages.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const one = packages[middle];
    if (one === undefined || one.name === name) return one ?? null;
    if (one.name < name) from = middle + 1;
    else to = middle;
  }
  return null;
}

/** By the packages themselves, so that it goes when they do: whoever counts what a list takes in memory counts it with it. */
const OTHER_NAMES = new WeakMap<readonly Package[], ReadonlyMap<string, readonly Package[]>>();

function otherNames(packages: readonly Package[]): ReadonlyMap<string, readonly Package[]> {
  const known = OTHER_NAMES.get(packages);
  if (known) return known;
  const names = new Map<string, Package[]>();
  for (const one of packages) {
    const provided = new Set(one.provides.map(relationName));
    if (one.abi !== null) provided.add(abiName(one.name, one.abi));
    provided.delete(one.name);
    for (const name of provided) {
      const those = names.get(name);
      if (those) those.push(one);
      else names.set(name, [one]);
    }
  }
  OTHER_NAMES.set(packages, names);
  return names;
}
