import { relationName } from "../catalog/relation-name.ts";
import type { Package, PackageGeneration } from "../catalog/types.ts";
import type { Lookup } from "./lookup.ts";

/** A package of an image, and why it is there. */
export interface Chosen {
  one: Package;
  /** The package that depends on it and was looked at first; null: it stands in a list. */
  neededBy: string | null;
}

export interface Missing {
  name: string;
  neededBy: string | null;
}

export interface Resolution {
  /** By name, in the order in which they were found. */
  chosen: ReadonlyMap<string, Chosen>;
  /** What no package is, or provides. */
  missing: readonly Missing[];
}

/** In every image; some feeds have no line for them. */
export const ALWAYS = ["base-files", "kernel", "libc"] as const;
const ALWAYS_THERE: ReadonlySet<string> = new Set(ALWAYS);

/**
 * Everything that is installed for these names. Near to what opkg and apk choose, as far as an index tells: what is chosen already
 * satisfies whoever asks for it by any of its names; else the package of that name comes, else the first that provides it; of alternatives the
 * first that is there. Versions aren't compared, since feeds of one release fit together.
 */
export function resolvePackages(lookup: Lookup, names: readonly string[], generation: PackageGeneration): Resolution {
  const chosen = new Map<string, Chosen>();
  const missing = new Map<string, Missing>();
  const choose = (alternatives: readonly string[], neededBy: string | null) => {
    const able = alternatives.map((name) => lookup.providers(name));
    if (able.some((those) => those.some((one) => chosen.has(one.name)))) return;
    const one = able.find((those) => those.length > 0)?.[0];
    if (one) chosen.set(one.name, { one, neededBy });
    else if (!alternatives.some((name) => ALWAYS_THERE.has(name))) {
      const name = alternatives.join("|");
      if (!missing.has(name)) missing.set(name, { name, neededBy });
    }
  };
  // A list means the packages of its names, and what only provides one comes after all of them.
  for (const name of names) {
    const one = lookup.named(name);
    if (one) chosen.set(one.name, { one, neededBy: null });
  }
  if (generation === "apk") makeWay(chosen);
  for (const name of names) if (!chosen.has(name)) choose([name], null);
  // What is found here comes to its turn as well: a Map is walked through to what was added last.
  // Most depend on the same few, and what is there once stays.
  const settled = new Set<string>();
  for (const { one } of chosen.values()) {
    for (const wish of one.depends) {
      if (settled.has(wish)) continue;
      settled.add(wish);
      choose(wish.split("|").map(relationName), one.name);
    }
  }
  return { chosen, missing: [...missing.values()] };
}

/**
 * Of two in a list that can't be together, where one provides the other's name, apk takes that one for both: `dnsmasq-full` for
 * `dnsmasq`. opkg installs what is called so, and says that they conflict.
 */
function makeWay(chosen: Map<string, Chosen>): void {
  for (const { one } of chosen.values()) {
    for (const name of one.provides.map(relationName)) {
      const other = chosen.get(name)?.one;
      if (!other || other === one) continue;
      if (one.conflicts.includes(name) || other.conflicts.includes(one.name)) chosen.delete(name);
    }
  }
}
