import { addedBy, packageList } from "../builders/openwrt-imagebuilder/package-list.ts";
import type { Package, PackageGeneration } from "../catalog/types.ts";
import type { Lookup } from "./lookup.ts";
import { ALWAYS, type Chosen, type Missing, type Resolution, resolvePackages } from "./resolve.ts";

export interface Choice {
  /** What the device's images have without anybody asking: of its target, then of its profile; `-name` takes one off again. */
  brought: readonly string[];
  /** Besides that; `-name` leaves one out. */
  asked: readonly string[];
  /** `asked` is all there should be. */
  only: boolean;
  /** Whose ways of choosing are meant. */
  generation: PackageGeneration;
}

/** Bytes, as far as the index says any. */
export interface Sizes {
  /** Of the packages' files, which are compressed: about what they take in an image. */
  size: number;
  installedSize: number;
}

export interface SetItem extends Chosen {
  /** It is there for a name that was asked for. */
  isAsked: boolean;
  /** It wouldn't be there if nothing was asked. */
  isAdded: boolean;
}

export interface PackageSet {
  /** All that is installed, by name. */
  items: readonly SetItem[];
  /** What would be installed if nothing was asked, by name. */
  removed: readonly Package[];
  missing: readonly Missing[];
  /** Two of `items` that can't be installed together. */
  conflicts: readonly { name: string; with: string }[];
  total: Sizes;
  /** If nothing was asked. */
  own: Sizes;
}

/** What a choice of packages comes to, compared with what the device has anyway. */
export function packageSet(lookup: Lookup, { brought, asked, only, generation }: Choice): PackageSet {
  const own = resolvePackages(lookup, [...ALWAYS, ...addedBy(brought)], generation);
  const list = packageList(asked, { diffPackages: only, brought });
  const wanted = resolvePackages(lookup, [...ALWAYS, ...addedBy([...brought, ...list])], generation);
  const named = new Set(
    asked.flatMap((name) => lookup.providers(name).find((one) => wanted.chosen.has(one.name))?.name ?? []),
  );
  const items = [...wanted.chosen.values()].map((item) => ({
    ...item,
    isAsked: named.has(item.one.name),
    isAdded: !own.chosen.has(item.one.name),
  }));
  return {
    items: items.sort((a, b) => (a.one.name < b.one.name ? -1 : 1)),
    removed: packagesOf(own)
      .filter(({ name }) => !wanted.chosen.has(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    missing: wanted.missing,
    conflicts: conflictsIn(wanted),
    total: sizesOf(wanted),
    own: sizesOf(own),
  };
}

function packagesOf({ chosen }: Resolution): Package[] {
  return [...chosen.values()].map(({ one }) => one);
}

function sizesOf(resolution: Resolution): Sizes {
  const sum = { size: 0, installedSize: 0 };
  for (const { size, installedSize } of packagesOf(resolution)) {
    sum.size += size ?? 0;
    sum.installedSize += installedSize ?? 0;
  }
  return sum;
}

/** By names alone: a conflict with some versions, or with whatever provides something, is for the package manager to judge. */
function conflictsIn({ chosen }: Resolution): { name: string; with: string }[] {
  const pairs = new Map<string, { name: string; with: string }>();
  for (const { one } of chosen.values()) {
    for (const other of one.conflicts) {
      if (other === one.name || !chosen.has(other)) continue;
      const [first = "", second = ""] = [one.name, other].sort();
      pairs.set(`${first} ${second}`, { name: first, with: second });
    }
  }
  return [...pairs.values()];
}
