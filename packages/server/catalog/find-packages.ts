import { matcher, searchable } from "./search-text.ts";
import type { Package } from "./types.ts";

/** A description weighs less than the worst match of a name. */
const BY_DESCRIPTION = 10;

/**
 * Packages as somebody types one, of one feed or of all: every word in the name or the description, those found by their
 * name first. An empty query is all of them, by name.
 */
export function findPackages(packages: readonly Package[], query: string, feed?: string): readonly Package[] {
  const match = matcher(query);
  if (match === null) return feed === undefined ? packages : packages.filter((one) => one.feed === feed);
  const found: { one: Package; rank: number; at: number }[] = [];
  const { names, descriptions } = indexOf(packages);
  for (const [at, one] of packages.entries()) {
    if (feed !== undefined && one.feed !== feed) continue;
    const name = names[at] ?? "";
    const rank = match(name) ?? byDescription(match(descriptions[at] ?? "", name));
    if (rank !== null) found.push({ one, rank, at });
  }
  found.sort((a, b) => a.rank - b.rank || a.at - b.at);
  return found.map(({ one }) => one);
}

function byDescription(rank: number | null): number | null {
  return rank === null ? null : rank + BY_DESCRIPTION;
}

/** Searchable texts, each at the place of its package: whoever counts what a list takes in memory counts them with it. */
interface Index {
  names: readonly string[];
  descriptions: readonly string[];
}

/** By the packages themselves, so that it goes when they do. */
const INDEXES = new WeakMap<readonly Package[], Index>();

function indexOf(packages: readonly Package[]): Index {
  const known = INDEXES.get(packages);
  if (known) return known;
  const index = {
    names: packages.map(({ name }) => searchable(name)),
    descriptions: packages.map(({ description }) => searchable(description ?? "")),
  };
  INDEXES.set(packages, index);
  return index;
}
