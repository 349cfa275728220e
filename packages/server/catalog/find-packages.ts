import { matcher, type Searchable, searchable } from "./search-text.ts";
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
  for (const [at, { one, name, all }] of indexOf(packages).entries()) {
    if (feed !== undefined && one.feed !== feed) continue;
    const rank = match(name) ?? byDescription(match(all));
    if (rank !== null) found.push({ one, rank, at });
  }
  found.sort((a, b) => a.rank - b.rank || a.at - b.at);
  return found.map(({ one }) => one);
}

function byDescription(rank: number | null): number | null {
  return rank === null ? null : rank + BY_DESCRIPTION;
}

interface Entry {
  one: Package;
  name: Searchable;
  all: Searchable;
}

/** By the packages themselves, so that it goes when they do. */
const INDEXES = new WeakMap<readonly Package[], readonly Entry[]>();

function indexOf(packages: readonly Package[]): readonly Entry[] {
  const known = INDEXES.get(packages);
  if (known) return known;
  const entries = packages.map((one) => ({
    one,
    name: searchable(one.name),
    all: searchable(one.description ?? "", one.name),
  }));
  INDEXES.set(packages, entries);
  return entries;
}
