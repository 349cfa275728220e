import { matcher, searchable } from "./search-text.ts";
import type { Model } from "./types.ts";

/**
 * Models as somebody types one: every word somewhere in vendor, model, variant or profile, in any order. What fits best
 * comes first: the whole name, then its beginning, then words' beginnings, then anywhere; shorter names before longer ones.
 * An empty query is all of them, by name.
 */
export function findModels(models: readonly Model[], query: string): readonly Model[] {
  const entries = indexOf(models);
  const match = matcher(query);
  if (match === null) return entries.map(({ model }) => model);
  const found = entries.flatMap((entry, at) => {
    const ranks = entry.texts.map((text) => match(text, entry.profile)).filter((rank) => rank !== null);
    return ranks.length === 0 ? [] : [{ entry, at, rank: Math.min(...ranks) }];
  });
  found.sort((a, b) => a.rank - b.rank || a.entry.length - b.entry.length || a.at - b.at);
  return found.map(({ entry }) => entry.model);
}

interface Entry {
  model: Model;
  /** One for each title: words of two names for one device don't make a third. */
  texts: readonly string[];
  /** The profile's name, by which each of them is found. */
  profile: string;
  length: number;
}

/** By the models themselves, so that it goes when they do. */
const INDEXES = new WeakMap<readonly Model[], readonly Entry[]>();

function indexOf(models: readonly Model[]): readonly Entry[] {
  const known = INDEXES.get(models);
  if (known) return known;
  const entries = models.map((model) => {
    const names = model.titles.map(({ vendor, model, variant, title }) =>
      [vendor, model, variant, title].filter((part) => part !== undefined).join(" "),
    );
    const [name = model.profile] = names;
    const texts = (names.length > 0 ? names : [""]).map(searchable);
    return { model, texts, profile: searchable(model.profile), length: name.length, name: name.toLowerCase() };
  });
  entries.sort((a, b) => compare(a.name, b.name) || compare(a.model.target, b.model.target));
  INDEXES.set(models, entries);
  return entries;
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
